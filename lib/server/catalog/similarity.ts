import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { downloadFile, HubApiError } from '@huggingface/hub'
import * as z from 'zod'
import { fromFloat16 } from '@/lib/shared/image/float16'
import { LENGTH_BYTES, MAX_HEADER_BYTES } from '@/lib/shared/safetensors/dtypes'
import { credentials, type Hub, type Remote } from './hub'

/** Scale and bias of a text-image model, as its logits have them. */
interface Learned {
  scale: number
  bias: number
}

const configSchema = z.looseObject({
  _name_or_path: z.string().optional(),
  vision: z.looseObject({ similarity: z.unknown() }).optional(),
})

/**
 * Adds what a text-image model learned besides its two graphs to its `config.json`: the scale and the bias of logits. In
 * weights published by Hugging Face, they are the tensors `logit_scale` and `logit_bias`; separate ONNX graphs of photos
 * and texts don't have them. Only these few bytes are read: from this repository, or the one that it was converted from.
 *
 * @returns the repository that they are from; null if they are nowhere, or were there already
 * @throws HubApiError or Error if the Hub fails
 */
export async function addSimilarity(hub: Hub, remote: Remote, folder: string): Promise<string | null> {
  const path = join(folder, 'config.json')
  const config = configSchema.safeParse(JSON.parse(await readFile(path, 'utf8').catch(() => '{}'))).data
  if (config === undefined || config.vision?.similarity !== undefined) return null
  const origin = config._name_or_path ?? ''
  const original =
    /^[\w.-]+\/[\w.-]+$/.test(origin) && origin !== remote.repo ? [{ repo: origin, revision: 'main' }] : []
  for (const source of [remote, ...original]) {
    const similarity = await readSimilarity(hub, source)
    if (similarity === null) continue
    const vision = { ...config.vision, similarity }
    await writeFile(path, `${JSON.stringify({ ...config, vision }, null, 2)}\n`)
    return source.repo
  }
  return null
}

/** Null if there is no such repository, or its weights aren't in one safetensors file or have no scale. */
async function readSimilarity(hub: Hub, { repo, revision }: Remote): Promise<Learned | null> {
  const blob = await downloadFile({
    ...credentials(hub),
    repo,
    revision,
    path: 'model.safetensors',
    xet: false,
  }).catch((error: unknown) => {
    // A gated or deleted repository is as good as none.
    if (error instanceof HubApiError && error.statusCode < 500) return null
    throw error
  })
  if (blob === null) return null
  const bytes = async (from: number, to: number) => new DataView(await blob.slice(from, to).arrayBuffer())
  const length = Number((await bytes(0, LENGTH_BYTES)).getBigUint64(0, true))
  if (length > MAX_HEADER_BYTES) return null
  const start = LENGTH_BYTES + length
  const header = headerSchema.parse(JSON.parse(new TextDecoder().decode(await bytes(LENGTH_BYTES, start))))
  const read = async (tensor: Scalar | undefined) => {
    if (tensor === undefined) return null
    const [from, to] = tensor.data_offsets
    return READERS[tensor.dtype](await bytes(start + from, start + to))
  }
  const [scale, bias] = [await read(header.logit_scale), await read(header.logit_bias)]
  return scale === null ? null : { scale: Math.exp(scale), bias: bias ?? 0 }
}

const READERS = {
  F32: (bytes: DataView) => bytes.getFloat32(0, true),
  F16: (bytes: DataView) => fromFloat16(bytes.getUint16(0, true)),
  /** The upper half of a float32. */
  BF16: (bytes: DataView) => new Float32Array(Uint32Array.of(bytes.getUint16(0, true) << 16).buffer)[0] ?? 0,
}

const scalarSchema = z.object({
  dtype: z.enum(['F32', 'F16', 'BF16']),
  shape: z.array(z.literal(1)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
type Scalar = z.output<typeof scalarSchema>
const headerSchema = z.looseObject({ logit_scale: scalarSchema.optional(), logit_bias: scalarSchema.optional() })
