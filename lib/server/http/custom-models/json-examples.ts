import { createHash } from 'node:crypto'
import * as z from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import type { Example } from '@/lib/shared/training/example'
import { examplesOf, type LabelRules } from '@/lib/shared/training/folder/fit-examples'
import { MAX_LABEL_LENGTH } from '@/lib/shared/training/label-names'

const vectorSchema = z.union([z.array(z.number()).min(1), z.base64().min(4)], 'must be a list of numbers or base64')

const labelSchema = z
  .string()
  .min(1, 'must not be empty')
  .refine((label) => [...label].length <= MAX_LABEL_LENGTH, `must have at most ${MAX_LABEL_LENGTH} characters`)

const MAX_LABELS = 1000

/** An example whose embedding is known. */
export const jsonExampleSchema = z.object({
  label: labelSchema.optional(),
  /** With `multi_label`: all labels of the photo, which may be none. */
  labels: z.array(labelSchema).max(MAX_LABELS).optional(),
  embedding: vectorSchema,
  /** Scores of kinds, as `POST /api/embed?kinds=1` returns them. Without them, the model only learns from embeddings. */
  kinds: vectorSchema.nullish(),
  /** Of the photo's bytes, in hex; if absent, of the embedding. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')
    .optional(),
})

/**
 * The example, or where photos may have several labels, one for each.
 *
 * @param base the length of its embeddings, and the number of its kinds
 * @throws Problem `invalid_parameter` if the example has another, or other labels than the rules allow
 */
export function exampleOf(
  { label, labels, embedding, kinds, sha256 }: z.output<typeof jsonExampleSchema>,
  base: { dimensions: number; kinds: number },
  rules: LabelRules,
): Example[] {
  const names = namesOf(label, labels, rules)
  const values = vectorOf(embedding)
  const scores = kinds ? vectorOf(kinds) : null
  requireLength('An embedding', values, base.dimensions)
  if (scores) requireLength('A list of kinds', scores, base.kinds)
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const digest = sha256 ?? createHash('sha256').update(bytes).digest('hex')
  return examplesOf({ sha256: digest, embedding: values, kinds: scores }, names)
}

function namesOf(label: string | undefined, labels: string[] | undefined, { multiLabel }: LabelRules): string[] {
  if ((label === undefined) === (labels === undefined))
    throw new Problem('invalid_parameter', 'examples is invalid: an example needs either label or labels.')
  if (labels === undefined) return [label ?? '']
  if (multiLabel) return labels
  throw new Problem('invalid_parameter', 'examples is invalid: labels needs multi_label=true. Use label.')
}

function requireLength(name: string, { length }: Float32Array, expected: number): void {
  if (length === expected) return
  throw new Problem('invalid_parameter', `${name} has ${length} values instead of the ${expected} of the base model.`)
}

function vectorOf(value: z.output<typeof vectorSchema>): Float32Array {
  return typeof value === 'string' ? fromBase64(value) : Float32Array.from(value)
}

/** float32, little-endian. */
function fromBase64(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4))
}
