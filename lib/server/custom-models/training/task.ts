/** What a training process does. Everything large is in files. */
export interface TrainingTask {
  /** A file of examples, to read. */
  examples: string
  /** `head.safetensors`, to write. */
  head: string
  /** Whether a photo may have several labels, or none. */
  multiLabel: boolean
  /** For a model whose labels are words: their rows as the file of a head, to read, and the labels. */
  words?: { file: string; labels: readonly string[] }
}
