import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { batchEngine } from '@/cli/eval/run'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { fromBase64 } from '@/lib/server/embeddings/vector'
import { ClassificationCache, classifyPhoto } from '@/lib/server/jobs/classify-photo'
import { fromRowTraits } from '@/lib/shared/dataset-check/row-traits'
import { randomNumbers } from '@/lib/shared/metrics/random'

const MODEL = 'efficientnet-lite1-int8'
const FOLDERS = ['eval', 'holdout', 'signs'].map((name) => join('../shared', name))
const AT_ONCE = 1

/** What a check needs of a photo. */
export interface Known {
  embedding: Float32Array
  print: Uint8Array
}

/** The photos of ../shared, each followed by this many crops of it of half to nine tenths of its sides. */
export async function realPhotos(crops = 0): Promise<Known[]> {
  const random = randomNumbers(7)
  const entry = (await readCatalog('models')).find(({ id }) => id === MODEL)
  if (!entry) throw new Error(`no model ${MODEL}`)
  const catalog = async () => [{ ...entry, default: true }]
  const engine = await batchEngine({ catalog, workerScript: 'dist/engine-worker.js', workers: 2, maxPixels: 50e6 })
  const request = { topK: 1, embedding: true, traits: true, priority: 'batch' } as const
  const cache = new ClassificationCache((image, signal) => engine.classify(image, request, signal))
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(jpe?g|webp|png)$/i.test(name))
      .sort()
      .map((name) => join(folder, name)),
  )
  const photos: Known[] = []
  try {
    for (let from = 0; from < files.length; from += AT_ONCE) {
      const inputs = files.slice(from, from + AT_ONCE).flatMap((file) => [
        { file, read: async () => readFileSync(file) },
        ...Array.from({ length: crops }, () => [random(), random(), random()] as const).map((at) => ({
          file,
          read: () => cropOf(readFileSync(file), at),
        })),
      ])
      const model = { id: MODEL, revision: '' }
      const { signal } = new AbortController()
      for (const { embedding, traits } of await Promise.all(
        inputs.map((input) => classifyPhoto(input, model, cache, signal)),
      ))
        if (embedding && traits) photos.push({ embedding: fromBase64(embedding), print: fromRowTraits(traits).print })
    }
  } finally {
    await engine.close()
  }
  return photos
}

/** An embedding made of three real ones. */
export function madeUpEmbedding(real: readonly Known[], random: () => number): Float32Array {
  return mixedEmbedding(randomParts(real, random), random)
}

function randomParts(real: readonly Known[], random: () => number): Weighted[] {
  const any = () => real[Math.floor(random() * real.length)] as Known
  return [1, random(), random()].map((weight) => ({ weight, ...any() }))
}

const NOISE = 0.2
const SIDE = 48

/**
 * Many photos, made of real ones: the square roots of the embeddings of three photos are mixed at random, and their
 * fingerprints likewise, after each was cropped and perhaps mirrored. One in a hundred is a copy of an earlier one, with
 * a little noise.
 *
 * @yields the photo, and of which earlier one it is a copy
 */
export function* madeUpPhotos(real: readonly Known[], count: number): Generator<Known & { copyOf: number | null }> {
  const random = randomNumbers(count)
  const kept: Known[] = []
  for (let at = 0; at < count; at++) {
    const copyOf = at % 100 === 99 ? at - 1 - Math.floor(random() * Math.min(50, at - 1)) : null
    const photo =
      copyOf === null ? mixed(randomParts(real, random), random) : noisy(kept[copyOf % 100] as Known, random)
    kept[at % 100] = photo
    yield { ...photo, copyOf }
  }
}

/** A part of a photo, with the same aspect ratio. @param at its size and where it is, from 0 to 1 each */
async function cropOf(photo: Buffer, [size, x, y]: readonly [number, number, number]): Promise<Buffer> {
  const { width = 1, height = 1 } = await sharp(photo).metadata()
  const part = { width: Math.round(width * (0.5 + 0.4 * size)), height: Math.round(height * (0.5 + 0.4 * size)) }
  const place = { left: Math.floor(x * (width - part.width)), top: Math.floor(y * (height - part.height)) }
  return sharp(photo)
    .extract({ ...part, ...place })
    .jpeg({ quality: 85 })
    .toBuffer()
}

type Weighted = Known & { weight: number }

/** The mean of the square roots, with a little noise, squared again. */
function mixedEmbedding(parts: readonly Weighted[], random: () => number): Float32Array {
  const all = parts.reduce((sum, { weight }) => sum + weight, 0)
  return Float32Array.from(parts[0]?.embedding ?? [], (_, i) => {
    const root = parts.reduce((sum, { embedding, weight }) => sum + weight * Math.sqrt(Math.abs(embedding[i] ?? 0)), 0)
    return ((root / all) * (1 + NOISE * (2 * random() - 1))) ** 2
  })
}

function mixed(parts: readonly Weighted[], random: () => number): Known {
  const all = parts.reduce((sum, { weight }) => sum + weight, 0)
  const prints = parts.map(({ print }) => cropped(print, random))
  const mix = (i: number) => parts.reduce((sum, { weight }, at) => sum + weight * (prints[at]?.[i] ?? 0), 0) / all
  return {
    embedding: mixedEmbedding(parts, random),
    print: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => Math.round(mix(i))),
  }
}

function noisy({ embedding, print }: Known, random: () => number): Known {
  return {
    embedding: embedding.map((value) => value * (1 + NOISE * (2 * random() - 1))),
    print: print.map((value) => Math.max(0, Math.min(255, value + Math.round(4 * random() - 2)))),
  }
}

/** A part of a fingerprint with at least half of each side, perhaps mirrored. */
function cropped(print: Uint8Array, random: () => number): Uint8Array {
  const [width, height] = [0.5 + 0.5 * random(), 0.5 + 0.5 * random()]
  const [left, top] = [random() * (1 - width), random() * (1 - height)]
  const isMirrored = random() < 0.5
  return print.map((_, i) => {
    const column = isMirrored ? SIDE - 1 - (i % SIDE) : i % SIDE
    const x = Math.floor(SIDE * left + width * column)
    const y = Math.floor(SIDE * top + height * Math.floor(i / SIDE))
    return print[SIDE * y + x] as number
  })
}
