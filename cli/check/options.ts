/** Options of `vision check`. */
export interface CheckOptions {
  labels?: string
  fileColumn?: string
  labelColumn?: string
  out?: string
  cleanedLabels?: string
  takeSuggestions?: boolean
  json?: boolean
  model?: string
  workers?: number
  server?: string
  modelsDir: string
  dataDir?: string
}
