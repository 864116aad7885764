/** What a base model says about a photo, for heads to learn from. */
export interface BaseFeatures {
  /** Embedding [dimensions]. */
  embedding: Float32Array
  /** Scores of the kinds of things that the model knows [kinds]; null or absent if it knows none. */
  kinds?: Float32Array | null | undefined
}

/**
 * A photo whose label is known. Where photos may have several labels, one with several is an example for each, and one
 * with none has `NO_LABEL`.
 */
export interface Example extends BaseFeatures {
  label: string
  /** SHA-256 of the photo's bytes, in hex. */
  sha256: string
}

/** The label of a photo that has none of the labels, where photos may have several. No label has this name. */
export const NO_LABEL = ''
