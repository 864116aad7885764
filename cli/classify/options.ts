/** What `vision classify` was asked for. */
export interface Options {
  model?: string
  topK: number
  threshold: number
  out?: string
  format: 'csv' | 'ndjson'
  labels?: string
  fileColumn?: string
  labelColumn?: string
  resume?: boolean
  workers?: number
  server?: string
  modelsDir: string
  /** Of names in ZIPs. */
  zipNames?: string
  /** Seconds. */
  readTimeout: number
}
