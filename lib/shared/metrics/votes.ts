import type { Vote, VoteSummary } from '../contract/feedback'
import { wilson } from './classification'

/** The parts of a vote that are counted. */
export type Ballot = Pick<Vote, 'id' | 'model' | 'revision' | 'verdict' | 'label' | 'correct_label'> & {
  /** Milliseconds since 1970. */
  at: number
}

export function ballotOf({ id, time, model, revision, verdict, label, correct_label }: Vote): Ballot {
  return { id, at: Date.parse(time), model, revision, verdict, label, correct_label }
}

/** Counts votes in any order; the last one with an id counts. */
export class Tally {
  private readonly ballots = new Map<string, Ballot>()

  add(ballot: Ballot): void {
    const before = this.ballots.get(ballot.id)
    if (!before || before.at <= ballot.at) this.ballots.set(ballot.id, ballot)
  }

  /** Removes votes from before a time (milliseconds since 1970). */
  forget(before: number): void {
    for (const [id, { at }] of this.ballots) if (at < before) this.ballots.delete(id)
  }

  /** The votes on one model revision; null if there are none. */
  summary(model: string, revision: string, limit = 3): VoteSummary | null {
    const own = [...this.ballots.values()].filter((vote) => vote.model === model && vote.revision === revision)
    if (own.length === 0) return null
    const right = own.filter(({ verdict }) => verdict === 'right').length
    return { votes: own.length, right, interval: wilson(right, own.length), corrected: corrections(own, limit) }
  }

  /** The models and revisions with votes. */
  models(): { model: string; revision: string }[] {
    const names = new Map(
      [...this.ballots.values()].map(({ model, revision }) => [`${model} ${revision}`, { model, revision }]),
    )
    return [...names.values()]
  }
}

function corrections(ballots: readonly Ballot[], limit: number): VoteSummary['corrected'] {
  const wrong = ballots.filter(({ verdict }) => verdict === 'wrong')
  return counted(wrong.map(({ label }) => label))
    .slice(0, limit)
    .map(([label, votes]) => {
      const to = wrong.flatMap((vote) => (vote.label === label && vote.correct_label ? [vote.correct_label] : []))
      return { label, votes, to: counted(to).map(([name, count]) => ({ label: name, votes: count })) }
    })
}

/** The number of occurrences of each value, most frequent first. */
function counted(words: readonly string[]): [word: string, count: number][] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
}
