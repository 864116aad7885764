/** Options of `vision train`. */
export interface TrainOptions {
  name?: string
  id?: string
  base?: string
  labels?: string
  fileColumn?: string
  labelColumn?: string
  test?: string
  add?: string
  refresh?: string
  multiLabel?: boolean
  groups?: string
  words?: string
  template?: string
  fromFeedback?: string
  purpose?: string
  license?: string
  modelsDir: string
  dataDir: string
  workers?: number
  json?: boolean
}
