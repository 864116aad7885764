/** Interpolations, at the index that Pillow and `preprocessor_config.json` use for them. */
export const INTERPOLATIONS = ['nearest', 'lanczos3', 'bilinear', 'bicubic', 'box', 'hamming'] as const
export type Interpolation = (typeof INTERPOLATIONS)[number]

/** How an image becomes a model's input. */
export interface Preprocessor {
  /** Shorter side in pixels, or both sides (which ignores the aspect ratio). */
  resize: { shortestEdge: number } | { width: number; height: number } | null
  /** Center crop in pixels, after the resize. Parts outside the image are black. */
  crop: { width: number; height: number } | null
  /** How half a pixel in the crop offset is rounded: down as in transformers, to even as in torchvision and timm. */
  cropRounding: 'down' | 'even'
  interpolation: Interpolation
  /** Pixel p of channel c becomes (p × rescale − mean[c]) / std[c]; null leaves the pixels unchanged. */
  normalisation: Normalisation | null
  /** Channel order of the model's input; `grey` is a single luma channel. */
  channels: 'rgb' | 'bgr' | 'grey'
}

/** One value per channel, in the order of the model's input. */
export interface Normalisation {
  rescale: number
  mean: readonly number[]
  std: readonly number[]
}
