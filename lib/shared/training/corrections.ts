import type { Vote } from '../contract/feedback'

/** A photo that a visitor sent with the right label for it. */
export interface Correction {
  /** The vote that came with the photo. */
  vote: Vote
  label: string
}

/**
 * The answers of a model that visitors corrected and sent the photo of: for each vote, the last word counts.
 *
 * @returns `without`: how many corrections came without a photo
 */
export async function correctionsOf(
  votes: AsyncIterable<Vote> | Iterable<Vote>,
  model: string,
): Promise<{ corrections: Correction[]; without: number }> {
  const latest = new Map<string, Vote>()
  const withPhoto = new Map<string, Vote>()
  for await (const vote of votes) {
    if (vote.model !== model) continue
    latest.set(vote.id, vote)
    if (vote.photo !== null) withPhoto.set(vote.id, vote)
  }
  const corrected = [...latest.values()].filter((vote) => vote.verdict === 'wrong' && vote.correct_label !== null)
  const corrections = corrected.flatMap(({ id, correct_label }): Correction[] => {
    const vote = withPhoto.get(id)
    return vote === undefined ? [] : [{ vote, label: correct_label ?? '' }]
  })
  return { corrections, without: corrected.length - corrections.length }
}
