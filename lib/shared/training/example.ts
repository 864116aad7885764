/** A photo whose label is known. */
export interface Example {
  label: string
  /** SHA-256 of the photo's bytes, in hex. */
  sha256: string
  /** Embedding of the base model [dimensions]. */
  embedding: Float32Array
}
