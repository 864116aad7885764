import { readExamples } from '@/lib/shared/training/example-file'
import type { KnownExample } from './session'

/**
 * Reads the examples of a saved model.
 *
 * @param revision of its base model
 * @throws Problem `invalid_parameter` if the file is damaged
 */
export async function knownExamples(file: Blob, revision: string): Promise<KnownExample[]> {
  return readExamples(new Uint8Array(await file.arrayBuffer())).map(({ label, sha256, embedding, kinds }) => ({
    label,
    embedded: { sha256, revision, embedding: embedding.slice(), kinds: kinds?.slice() ?? null },
  }))
}
