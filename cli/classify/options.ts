/** The options of `vision classify`. */
export interface Options {
  model?: string
  /** All that apply of a multi-label model, else five, if absent. */
  topK?: number
  threshold: number
  /** Labels in words, with commas. */
  words?: string
  template?: string
  out?: string
  format: 'csv' | 'ndjson'
  labels?: string
  fileColumn?: string
  labelColumn?: string
  resume?: boolean
  workers?: number
  server?: string
  modelsDir: string
  dataDir?: string
  /** Encoding of ZIP entry names. */
  zipNames?: string
  /** In seconds. */
  readTimeout: number
}
