import { LRUCache } from 'lru-cache'
import { Problem } from '@/lib/shared/problems/problem'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { type CosineHead, rowsOf, type Similarity } from '@/lib/shared/zero-shot/similarity'
import { textOf } from '@/lib/shared/zero-shot/template'
import { unitLength } from '../embeddings/vector'
import type { Model } from './model'
import { takesNoTexts } from './no-labels'
import type { TextResult } from './protocol'
import type { EmbedTextOptions, TextEmbeddings } from './types'

/** Memory for embeddings of texts: some thirty thousand of CLIP's. */
const MAX_BYTES = 64_000_000
const TEXTS_PER_JOB = 64
/** Sets of labels that are kept ready: what a batch or a visitor uses photo after photo. */
const MAX_SETS = 64

interface Embedded {
  embedding: Float32Array
  truncated: boolean
}

type Run = (
  model: Model,
  texts: readonly string[],
  options: EmbedTextOptions,
  signal?: AbortSignal,
) => Promise<TextResult>

/** The texts that models have embedded. Most requests repeat them, so that they cost a photo nothing. */
export class Texts {
  private readonly known = new LRUCache<string, Embedded>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ embedding }, key) => embedding.byteLength + 2 * key.length,
  })
  private readonly heads = new LRUCache<string, CosineHead>({ max: MAX_SETS })

  /** @param run embeds texts in a worker */
  constructor(private readonly run: Run) {}

  /** @throws Problem `invalid_parameter` if the model doesn't take texts */
  async embed(
    model: Model,
    texts: readonly string[],
    options: EmbedTextOptions,
    signal?: AbortSignal,
  ): Promise<TextEmbeddings> {
    const similarity = requireText(model)
    const found = new Map<string, Embedded>()
    for (const text of texts) {
      const known = this.known.get(keyOf(model, text))
      if (known) found.set(text, known)
    }
    const missing = [...new Set(texts)].filter((text) => !found.has(text))
    let runMs = 0
    // Several jobs, for several workers, and so that what is done by the deadline is known at the next try.
    const parts = Array.from({ length: Math.ceil(missing.length / TEXTS_PER_JOB) }, (_, at) =>
      missing.slice(at * TEXTS_PER_JOB, (at + 1) * TEXTS_PER_JOB),
    )
    await Promise.all(
      parts.map(async (part) => {
        const result = await this.run(model, part, options, signal)
        runMs += result.runMs
        for (const [at, text] of part.entries()) {
          const embedding = result.embeddings[at] ?? new Float32Array()
          const entry = { embedding, truncated: result.truncated[at] ?? false }
          this.known.set(keyOf(model, text), entry)
          found.set(text, entry)
        }
      }),
    )
    const entries = texts.flatMap((text) => found.get(text) ?? [])
    const embeddings = entries.map(({ embedding }) => (options.normalize ? unitLength(embedding) : embedding))
    return {
      model: { id: model.id, type: model.type, revision: model.revision },
      embeddings,
      dimensions: embeddings[0]?.length ?? 0,
      truncated: entries.map(({ truncated }) => truncated),
      similarity,
      runMs,
    }
  }

  /**
   * The rows that photos are compared with, one per label.
   *
   * @throws Problem `invalid_parameter` if the model doesn't take texts, or a label is too long for it
   */
  async head(model: Model, words: LabelWords, options: EmbedTextOptions, signal?: AbortSignal): Promise<CosineHead> {
    const key = JSON.stringify([model.id, model.revision, words.template, words.labels])
    const known = this.heads.get(key)
    if (known) return known
    const texts = words.labels.map((label) => textOf(words.template, label))
    const { embeddings, dimensions, truncated, similarity } = await this.embed(model, texts, options, signal)
    const cut = words.labels[truncated.indexOf(true)]
    if (cut !== undefined) throw tooManyTokens(model, cut)
    const head = { ...similarity, dimensions, weights: rowsOf(embeddings) }
    this.heads.set(key, head)
    return head
  }
}

function keyOf({ id, revision }: Model, text: string): string {
  return `${id} ${revision} ${text}`
}

/** @throws Problem `invalid_parameter` */
function requireText({ id, text }: Model): Similarity {
  if (text !== null) return text.similarity
  throw takesNoTexts(id)
}

function tooManyTokens({ id, text }: Model, label: string): Problem {
  const most = text?.maxTokens ?? 0
  const detail = `The label “${label.slice(0, 40)}…” is too long: with the template, it has more than the ${most} tokens`
  return new Problem('invalid_parameter', `${detail} that ${id} takes.`)
}
