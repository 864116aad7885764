import type { Vote } from '@/lib/shared/contract/feedback'
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
  const latest = new Map<string, Vote>()
  /** The latest vote of each ID that came with the photo. */
  const withPhoto = new Map<string, Vote>()
  for await (const vote of store.votes()) {
    if (vote.model !== model) continue
    latest.set(vote.id, vote)
    if (vote.photo !== null) withPhoto.set(vote.id, vote)
  }
  const corrected = [...latest.values()].filter((vote) => vote.verdict === 'wrong' && vote.correct_label !== null)
  const photos = corrected.flatMap(({ id, correct_label }): LabeledPhoto[] => {
    const sent = withPhoto.get(id)
    if (sent === undefined) return []
    // One that was removed since can't be read, and is listed as such.
    const read = async () => (await store.photo(sent)) ?? new Uint8Array()
    return [{ file: `feedback/${id}`, label: correct_label ?? '', read }]
  })
  if (photos.length === 0) throw new Failure(EXIT.notFound, `${from} has no photo with a corrected answer of ${model}.`)
  console.error(`${photos.length} of ${corrected.length} corrected answers of ${model} have a photo.`)
  return photos
}
