/** Interpolations by the numbers that Pillow and `preprocessor_config.json` give them. */
export const INTERPOLATIONS = ['nearest', 'lanczos3', 'bilinear', 'bicubic', 'box', 'hamming'] as const
export type Interpolation = (typeof INTERPOLATIONS)[number]

/** How a picture becomes a model's input. */
export interface Preprocessor {
  /** Shorter side in pixels, or both sides (the aspect is then not kept). */
  resize: { shortestEdge: number } | { width: number; height: number } | null
  /** Centre crop in pixels, after the resize; what the picture does not fill is black. */
  crop: { width: number; height: number } | null
  /** How half a pixel of the crop's offset is rounded: down as transformers do, to even as torchvision and timm. */
  cropRounding: 'down' | 'even'
  interpolation: Interpolation
  /** Pixel p of channel c becomes (p × rescale − mean[c]) / std[c]; null leaves the pixels as they are. */
  normalisation: Normalisation | null
  /** Order of the channels in the model's input; `grey` is one channel, the luma. */
  channels: 'rgb' | 'bgr' | 'grey'
}

/** One number a channel, in the order of the model's input. */
export interface Normalisation {
  rescale: number
  mean: readonly number[]
  std: readonly number[]
}
