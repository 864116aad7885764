/** The options of `vision classify`. */
export interface Options {
  model?: string
  topK: number
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
