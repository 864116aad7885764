import { Problem } from '../problems/problem'
import { type Example, NO_LABEL } from './example'
import { requireLabelNames } from './label-names'

const MAX_LABELS = 1000
const MAX_EXAMPLES = 50_000

const SHA256 = /^[0-9a-f]{64}$/

/**
 * Checks everything that training relies on.
 *
 * @param labels the labels that the model should have; by default those of the examples
 * @throws Problem `invalid_parameter` or `too_many_files`, with a detail of one line
 */
export function requireExamples(examples: readonly Example[], labels?: readonly string[]): void {
  if (examples.length > MAX_EXAMPLES) {
    throw new Problem('too_many_files', `There are ${examples.length} photos; the limit is ${MAX_EXAMPLES}.`)
  }
  const used = new Set(examples.map(({ label }) => label))
  const names = labels ?? [...used]
  requireLabelNames(names)
  if (names.length > MAX_LABELS) throw invalid(`There are ${names.length} labels; the limit is ${MAX_LABELS}.`)
  if (names.length < 2) throw invalid('A model needs photos of at least two labels.')
  const empty = names.find((label) => !used.has(label))
  if (empty !== undefined) throw invalid(`The label "${empty}" has no photos.`)
  const wanted = new Set(names)
  const unknown = [...used].find((label) => !wanted.has(label))
  if (unknown !== undefined) throw invalid(`A photo has the label "${unknown}", which is not in the list of labels.`)
  requireFeatures(examples)
}

/**
 * Checks the examples of photos that may have several labels, or none.
 *
 * @throws Problem `invalid_parameter` or `too_many_files`, with a detail of one line
 */
export function requireLabeledExamples(examples: readonly Example[]): void {
  const photos = new Set(examples.map(({ sha256 }) => sha256))
  if (photos.size > MAX_EXAMPLES) {
    throw new Problem('too_many_files', `There are ${photos.size} photos; the limit is ${MAX_EXAMPLES}.`)
  }
  const names = [...new Set(examples.map(({ label }) => label))].filter((label) => label !== NO_LABEL)
  requireLabelNames(names)
  if (names.length > MAX_LABELS) throw invalid(`There are ${names.length} labels; the limit is ${MAX_LABELS}.`)
  if (names.length < 2) throw invalid('A model needs photos of at least two labels.')
  requireFeatures(examples)
}

function requireFeatures(examples: readonly Example[]): void {
  const dimensions = examples[0]?.embedding.length ?? 0
  const kinds = examples.find((example) => example.kinds)?.kinds?.length ?? 0
  for (const example of examples) {
    requireEmbedding(example, dimensions)
    requireKinds(example, kinds)
  }
}

function requireEmbedding({ embedding, sha256 }: Example, dimensions: number): void {
  if (!SHA256.test(sha256)) throw invalid('The SHA-256 of a photo is not 64 lowercase hex digits.')
  const photo = `The embedding of the photo ${sha256.slice(0, 12)}…`
  if (embedding.length === 0) throw invalid(`${photo} is empty.`)
  if (embedding.length !== dimensions) {
    throw invalid(`${photo} has ${embedding.length} values; that of the first photo has ${dimensions}.`)
  }
  if (!embedding.every((value) => Number.isFinite(value))) throw invalid(`${photo} has a value that isn't a number.`)
}

function requireKinds({ kinds, sha256 }: Example, count: number): void {
  if (!kinds || (kinds.length === count && kinds.every((value) => value >= 0 && value <= 1.001))) return
  throw invalid(`The kinds of the photo ${sha256.slice(0, 12)}… aren’t ${count} numbers from 0 to 1.`)
}

function invalid(detail: string): Problem {
  return new Problem('invalid_parameter', detail)
}
