import { Problem } from '@/lib/shared/problems/problem'
import type { Example } from '@/lib/shared/training/example'
import { writeExamples } from '@/lib/shared/training/example-file'
import type { Evaluation, Trained } from '@/lib/shared/training/folder/evaluation'
import { labelKey, requireLabelNames } from '@/lib/shared/training/label-names'
import { trainingReport } from '@/lib/shared/training/report'
import { writeCosineHead } from '@/lib/shared/zero-shot/head-file'
import { mixPhotos } from '@/lib/shared/zero-shot/mix'
import { type CosineHead, rowsOf } from '@/lib/shared/zero-shot/similarity'
import { textOf } from '@/lib/shared/zero-shot/template'
import type { Engine } from '../engine/types'

/** Labels in words, and the rows that photos are compared with. */
export interface WordRows {
  labels: readonly string[]
  /** Weights made from the words alone. */
  head: CosineHead
}

/** The labels of a model: words first, then those that only photos have. A photo's spelling of a word doesn't matter. */
export function allLabels(words: readonly string[], examples: readonly Pick<Example, 'label'>[]): string[] {
  const known = new Set(words.map(labelKey))
  return [...words, ...new Set(examples.map(({ label }) => label).filter((label) => !known.has(labelKey(label))))]
}

/**
 * Embeds the words of labels with their base model.
 *
 * @throws Problem `invalid_parameter` if a label can't be used, or the base doesn't take texts
 */
export async function embedWords(
  engine: Pick<Engine, 'embedText'>,
  base: string,
  { labels, template }: { labels: readonly string[]; template: string },
  signal: AbortSignal,
): Promise<WordRows> {
  requireLabelNames(labels)
  const texts = labels.map((label) => textOf(template, label))
  const options = { model: base, deadlineMs: Number.POSITIVE_INFINITY, priority: 'batch' } as const
  const { embeddings, dimensions, truncated, similarity } = await engine.embedText(texts, options, signal)
  const cut = labels[truncated.indexOf(true)]
  if (cut !== undefined) throw new Problem('invalid_parameter', `The label “${cut}” is too long for ${base}.`)
  return { labels, head: { ...similarity, dimensions, weights: rowsOf(embeddings) } }
}

/** Makes a head from words, and from photos if there are any. */
export function trainFromWords({ labels, head }: WordRows, examples: readonly Example[]): Trained {
  const keys = new Map(labels.map((label) => [labelKey(label), label]))
  const named = examples.map((example) => ({ ...example, label: keys.get(labelKey(example.label)) ?? example.label }))
  const { weights, results } = mixPhotos(head.weights, labels, head, named)
  const evaluation: Evaluation = {
    labels,
    examples: examples.length,
    temperature: 1,
    likeness_below: null,
    shrinkage: null,
    report: trainingReport(results),
    curve: null,
    needs: [],
    suspicious: [],
    copies: [],
  }
  return { head: writeCosineHead({ ...head, weights }), examples: writeExamples(named), evaluation }
}
