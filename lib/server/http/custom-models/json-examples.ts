import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import type { Example } from '@/lib/shared/training/example'
import { MAX_LABEL_LENGTH } from '@/lib/shared/training/label-names'

/** An example whose embedding is known. */
export const jsonExampleSchema = z.object({
  label: z
    .string()
    .min(1, 'must not be empty')
    .refine((label) => [...label].length <= MAX_LABEL_LENGTH, `must have at most ${MAX_LABEL_LENGTH} characters`),
  embedding: z.union([z.array(z.number()).min(1), z.base64().min(4)], 'must be a list of numbers or base64'),
  /** Of the photo's bytes, in hex; if absent, of the embedding. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')
    .optional(),
})

/** @throws Problem `invalid_parameter` if the embedding has another length */
export function exampleOf(
  { label, embedding, sha256 }: z.output<typeof jsonExampleSchema>,
  dimensions: number,
): Example {
  const values = typeof embedding === 'string' ? fromBase64(embedding) : Float32Array.from(embedding)
  if (values.length !== dimensions) {
    const detail = `An embedding has ${values.length} values instead of the ${dimensions} of the base model.`
    throw new Problem('invalid_parameter', detail)
  }
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return { label, sha256: sha256 ?? createHash('sha256').update(bytes).digest('hex'), embedding: values }
}

/** float32, little-endian. */
function fromBase64(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4))
}
