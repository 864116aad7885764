/** Interpolations, at the index that Pillow and `preprocessor_config.json` use for them. */
export const INTERPOLATIONS = ['nearest', 'lanczos3', 'bilinear', 'bicubic', 'box', 'hamming'] as const
export type Interpolation = (typeof INTERPOLATIONS)[number]

/** How an image becomes a model's input. */
export interface Preprocessor {
  /** Shorter side in pixels, both sides (which ignores the aspect ratio), or the box that the whole photo fits in. */
  resize: { shortestEdge: number } | { width: number; height: number } | Fit | null
  /** Center crop in pixels, after the resize. Parts outside the image are padded. */
  crop: { width: number; height: number } | null
  /** How half a pixel in the crop offset is rounded: down as in transformers, to even as in torchvision and timm. */
  cropRounding: 'down' | 'even'
  /** Black around a photo in the center if absent. */
  padding?: Padding | undefined
  interpolation: Interpolation
  /** Pixel p of channel c becomes (p × rescale − mean[c]) / std[c]; null leaves the pixels unchanged. */
  normalisation: Normalisation | null
  /** Channel order of the model's input; `grey` is a single luma channel. */
  channels: 'rgb' | 'bgr' | 'grey'
}

/** Resizes the photo to fit into a box, with its aspect ratio. */
export interface Fit {
  fit: { width: number; height: number }
  /** Of the sides: down as in transformers, or half to even as in timm. */
  rounding: 'down' | 'even'
}

/** What is around a photo that doesn't fill the model's input. */
export interface Padding {
  /** Of the photo in the input. */
  position: 'center' | 'start'
  /** RGB, 0 to 255. */
  color: readonly [number, number, number]
}

/** One value per channel, in the order of the model's input. */
export interface Normalisation {
  rescale: number
  mean: readonly number[]
  std: readonly number[]
}
