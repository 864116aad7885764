import { correctionsOf } from '@/lib/shared/training/corrections'
import { feedbackStore } from '../feedback/source'
import { EXIT, Failure } from '../program/exit'
import type { LabeledPhoto } from './labeled-photos'

/**
 * The photos that visitors sent with a corrected answer of a model, labeled as they corrected it.
 *
 * @param from a server's folder (`data/feedback`) or `s3://bucket`
 * @throws Failure
 */
export async function feedbackPhotos(from: string, model: string): Promise<LabeledPhoto[]> {
  const store = /^https?:\/\//.test(from) ? null : await feedbackStore(from)
  if (store === null)
    throw new Failure(
      EXIT.usage,
      `${from} has votes without their photos. Specify the feedback folder of the server, or s3://bucket.`,
    )
  const { corrections, without } = await correctionsOf(store.votes(), model)
  // One that was removed since can't be read, and is listed as such.
  const photos = corrections.map(({ vote, label }): LabeledPhoto => {
    const read = async () => (await store.photo(vote)) ?? new Uint8Array()
    return { file: `feedback/${vote.id}`, labels: [label], read }
  })
  if (photos.length === 0) throw new Failure(EXIT.notFound, `${from} has no photo with a corrected answer of ${model}.`)
  console.error(`${photos.length} of ${photos.length + without} corrected answers of ${model} have a photo.`)
  return photos
}
