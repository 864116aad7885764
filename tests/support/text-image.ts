import { cpSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { edit, TINY_MODEL } from './models'

/** Small models of both families, and what Hugging Face's own code computes with them (make_text_image.py). */
export const TEXT_IMAGE_GOLDEN = 'tests/parity/golden/text-image'
/** Photos of the golden results. */
const PHOTOS = 'tests/parity/golden/processors'

/** The scale and the bias that the golden scores were computed with. */
export const SIMILARITY = { clip: { scale: 100, bias: 0 }, siglip: { scale: 117.33, bias: -12.93 } } as const
export type Family = keyof typeof SIMILARITY

interface Encoded {
  shape: number[]
  f32: string
}

export interface TextImageGolden {
  template: string
  labels: string[]
  photos: { photo: string; pixels: Encoded; embedding: Encoded; scores: number[] }[]
  texts: { text: string; ids: number[]; embedding: Encoded }[]
}

export function readGolden(family: Family, root = TEXT_IMAGE_GOLDEN): TextImageGolden {
  return JSON.parse(readFileSync(join(root, `${family}.json`), 'utf8'))
}

export function values({ f32 }: Encoded): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(f32, 'base64')).buffer)
}

export function goldenPhoto(name: string): Buffer {
  return readFileSync(join(PHOTOS, `${name}.png`))
}

/** The largest difference of two vectors; infinite if they have different lengths. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0)
}

/** A folder with a model that takes no time, as the default, and both text-image models, as `models pull` leaves them. */
export function textImageModels(): string {
  const folder = mkdtempSync(join(tmpdir(), 'text-image-'))
  cpSync(TINY_MODEL.MODELS_DIR, folder, { recursive: true })
  for (const family of ['clip', 'siglip'] as const) copyTextImageModel(family, join(folder, family))
  return folder
}

/** Copies a golden model, with the scale and the bias that it was trained with in its configuration. */
export function copyTextImageModel(family: Family, folder: string, root = TEXT_IMAGE_GOLDEN): void {
  cpSync(join(root, family), folder, { recursive: true })
  const path = join(folder, 'config.json')
  edit<{ vision?: object }>(path, (config) => {
    config.vision = { similarity: SIMILARITY[family] }
  })
}
