import { type InferenceSession, Tensor } from 'onnxruntime-node'
import { Problem } from '@/lib/shared/problems/problem'
import type { TextSide } from '../text-side'
import { createSession } from './create-session'
import { firstRow } from './output-reader'
import { explainRuntimeError } from './runtime-error'
import { readTokenizer, type TextTokenizer } from './tokenizer'

/** Texts in one run. */
export const TEXTS_PER_RUN = 16
/** Texts are embedded once and then remembered elsewhere, so that the graph is seldom needed. */
const IDLE_MS = 60_000
/** The outputs that hold the embedding, in exports of both families. */
const OUTPUTS = ['text_embeds', 'pooler_output']
const INPUTS = new Set(['input_ids', 'attention_mask'])

interface Loaded {
  session: InferenceSession
  tokenizer: TextTokenizer
  output: string
  /** Sizes that the graph fixes. */
  batch: number | null
  sequence: number | null
}

interface EmbeddedTexts {
  embeddings: Float32Array[]
  truncated: boolean[]
}

/** The text graph of a model. It is loaded when the first texts come, and released after a minute without any. */
export class TextEncoder {
  private loaded: Promise<Loaded> | null = null
  private idle: NodeJS.Timeout | undefined

  /** @param dimensions of the photos' embeddings, which those of texts must have, too */
  constructor(
    private readonly side: TextSide,
    private readonly dimensions: number,
  ) {}

  /**
   * Embeds at most `TEXTS_PER_RUN` texts.
   *
   * @throws Problem `not_ready` if the graph or its tokenizer can't be used; `model_failed`
   */
  async embed(texts: readonly string[]): Promise<EmbeddedTexts> {
    clearTimeout(this.idle)
    try {
      const loaded = await this.load()
      const encoded = texts.map((text) => loaded.tokenizer.encode(text))
      const size = loaded.batch ?? texts.length
      const embeddings: Float32Array[] = []
      for (let at = 0; at < encoded.length; at += size)
        embeddings.push(...(await this.run(loaded, encoded.slice(at, at + size))))
      return { embeddings, truncated: encoded.map(({ truncated }) => truncated) }
    } finally {
      this.idle = setTimeout(() => void this.release(), IDLE_MS).unref()
    }
  }

  /** Releases its memory. */
  async release(): Promise<void> {
    clearTimeout(this.idle)
    const loaded = await this.loaded?.catch(() => null)
    this.loaded = null
    await loaded?.session.release()
  }

  private load(): Promise<Loaded> {
    this.loaded ??= loadText(this.side).catch((error: Error) => {
      // The next texts try again.
      this.loaded = null
      const reason = error.message.replaceAll(this.side.file, 'its text graph').split('\n')[0]
      throw new Problem('not_ready', `The model can’t embed texts: ${reason}.`, { cause: error })
    })
    return this.loaded
  }

  private async run(
    { session, tokenizer, output, batch, sequence }: Loaded,
    texts: readonly { ids: readonly number[] }[],
  ): Promise<Float32Array[]> {
    const { maxTokens, padded } = this.side
    const length = sequence ?? (padded ? maxTokens : Math.max(...texts.map(({ ids }) => ids.length)))
    const rows = batch ?? texts.length
    const ids = new BigInt64Array(rows * length).fill(BigInt(tokenizer.padding))
    const mask = new BigInt64Array(rows * length)
    for (const [row, text] of texts.entries()) {
      for (const [at, id] of text.ids.entries()) ids[row * length + at] = BigInt(id)
      mask.fill(1n, row * length, row * length + text.ids.length)
    }
    const values: Record<string, BigInt64Array> = { input_ids: ids, attention_mask: mask }
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => [name, new Tensor('int64', values[name] ?? ids, [rows, length])]),
    )
    const result = await session.run(feeds, [output]).catch((error: Error) => {
      throw new Problem('model_failed', `The model failed on these texts: ${explainRuntimeError(error)}.`)
    })
    return this.rowsOf(result[output] as Tensor, texts.length)
  }

  private rowsOf(tensor: Tensor, count: number): Float32Array[] {
    const values = Float32Array.from(firstRow(tensor, tensor.size))
    const width = tensor.size / (tensor.dims[0] || 1)
    if (width !== this.dimensions) {
      const detail = `Its embeddings of texts have ${width} values, but those of photos ${this.dimensions}`
      throw new Problem('not_ready', `The model can’t compare texts and photos. ${detail}.`)
    }
    if (!values.every(Number.isFinite))
      throw new Problem('model_failed', 'The model returned an embedding with NaN or infinite values for these texts.')
    return Array.from({ length: count }, (_, row) => values.slice(row * width, (row + 1) * width))
  }
}

async function loadText({ file, folder, maxTokens }: TextSide): Promise<Loaded> {
  // Texts are short, and each is only encoded once.
  const session = await createSession(file, [], 'cpu').catch((error: Error) => {
    throw new Error(explainRuntimeError(error), { cause: error })
  })
  try {
    const { batch, sequence } = inputSizes(session)
    const output = OUTPUTS.find((name) => session.outputNames.includes(name))
    if (output === undefined)
      throw new Error(`its outputs are ${session.outputNames.join(', ')}, none of them ${OUTPUTS.join(' or ')}`)
    const tokenizer = await readTokenizer(folder, Math.min(maxTokens, sequence ?? maxTokens))
    return { session, tokenizer, output, batch, sequence }
  } catch (error) {
    await session.release()
    throw error
  }
}

/** @throws Error if the graph has other inputs than texts */
function inputSizes({ inputMetadata }: InferenceSession): Pick<Loaded, 'batch' | 'sequence'> {
  const other = inputMetadata.find(
    (each) => !INPUTS.has(each.name) || !each.isTensor || each.type !== 'int64' || each.shape.length !== 2,
  )
  if (other !== undefined || !inputMetadata.some(({ name }) => name === 'input_ids'))
    throw new Error(
      `its inputs are ${inputMetadata.map(({ name }) => name).join(', ')}, not input_ids and attention_mask (int64)`,
    )
  const [batch, sequence] = inputMetadata.flatMap((each) => (each.isTensor ? [...each.shape] : []))
  const fixed = (size: unknown) => (typeof size === 'number' && size > 0 ? size : null)
  return { batch: fixed(batch), sequence: fixed(sequence) }
}
