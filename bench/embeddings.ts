import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { readModel } from '@/lib/server/engine/model'
import { inputFormat } from '@/lib/server/engine/worker/input-format'
import { decode } from '@/lib/server/image/decode'
import type { Area } from '@/lib/shared/crop/crop'
import { outputDeclarations } from '@/lib/shared/inference/declare-output'

/** Embeddings of photos: `vectors` [photos × dimensions] and `logits` [photos × classes], row by row. */
export interface EmbeddedSet {
  /** Paths below the folder. */
  files: string[]
  sha256: string[]
  dimensions: number
  classes: number
  vectors: Float32Array
  logits: Float32Array
}

/** How the model sees a photo: as usual, mirrored, whole, or a corner of it. */
export type View = 'usual' | 'mirrored' | 'whole' | 'top-left' | 'bottom-right'

/** The input of the last layer in the models of this repository. */
const EMBEDDING = 'logits.features.dq'
/** Computed once: they only depend on the photos and the model. */
const CACHE = join(tmpdir(), 'embeddings')
const MAX_PIXELS = 50e6
/** The part of a photo's width and height that corner views show. */
const CORNER = 0.875

/** The embeddings of all photos of a folder, from the cache if they are there. */
export async function embedFolder(folder: string, model: string, view: View = 'usual'): Promise<EmbeddedSet> {
  const files = photosBelow(folder)
  const path = join(CACHE, `${model}-${folder.split('/').at(-1)}-${view}`)
  if (existsSync(`${path}.json`)) return read(path)
  const set = await embed(folder, files, model, view)
  mkdirSync(CACHE, { recursive: true })
  writeFileSync(`${path}.vectors`, set.vectors)
  writeFileSync(`${path}.logits`, set.logits)
  const { vectors: _vectors, logits: _logits, ...rest } = set
  writeFileSync(`${path}.json`, JSON.stringify(rest))
  return set
}

function read(path: string): EmbeddedSet {
  const floats = (name: string) => {
    const bytes = readFileSync(`${path}.${name}`)
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  }
  return { ...JSON.parse(readFileSync(`${path}.json`, 'utf8')), vectors: floats('vectors'), logits: floats('logits') }
}

function photosBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
}

async function embed(folder: string, files: string[], id: string, view: View): Promise<EmbeddedSet> {
  const entry = (await readCatalog('models')).find((one) => one.id === id)
  if (!entry) throw new Error(`no model ${id}`)
  const { preprocessor } = await readModel(entry)
  if (!preprocessor) throw new Error(`no preprocessor in ${id}`)
  const session = await InferenceSession.create(
    Buffer.concat([readFileSync(entry.file), outputDeclarations([EMBEDDING])]),
    {
      intraOpNumThreads: 1,
    },
  )
  const input = inputFormat(session.inputMetadata, preprocessor)
  const vectors: Float32Array[] = []
  const logits: Float32Array[] = []
  const sha256: string[] = []
  for (const file of files) {
    const photo = readFileSync(join(folder, file))
    const usual = await decode(photo, preprocessor, MAX_PIXELS)
    const area = areaOf(view, usual.source)
    const { pixels } = area ? await decode(photo, preprocessor, MAX_PIXELS, undefined, { area, input }) : usual
    const shown = view === 'mirrored' ? mirror(pixels, input.width) : pixels
    const outputs = await session.run({ [input.name]: new Tensor('uint8', shown, input.dims) })
    vectors.push(outputs[EMBEDDING]?.data as Float32Array)
    logits.push(outputs.logits?.data as Float32Array)
    sha256.push(createHash('sha256').update(photo).digest('hex'))
  }
  const [dimensions, classes] = [vectors[0]?.length ?? 0, logits[0]?.length ?? 0]
  return { files, sha256, dimensions, classes, vectors: joined(vectors), logits: joined(logits) }
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0
  const all = new Float32Array(rows.length * width)
  for (const [index, row] of rows.entries()) all.set(row, index * width)
  return all
}

function areaOf(view: View, { width, height }: { width: number; height: number }): Area | null {
  const side = Math.min(width, height)
  const [left, top] = [(width - side) / 2, (height - side) / 2]
  if (view === 'whole') return { left, top, width: side, height: side }
  const crop = { width: CORNER * side, height: CORNER * side }
  if (view === 'top-left') return { left, top, ...crop }
  const rest = (1 - CORNER) * side
  return view === 'bottom-right' ? { left: left + rest, top: top + rest, ...crop } : null
}

function mirror(pixels: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(pixels.length)
  for (let i = 0; i < pixels.length / 3; i++) {
    const from = 3 * (i - (i % width) + (width - 1 - (i % width)))
    out.set(pixels.subarray(from, from + 3), 3 * i)
  }
  return out
}
