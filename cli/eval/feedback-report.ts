import type { VoteSummary } from '@/lib/shared/contract/feedback'
import { ballotOf, Tally } from '@/lib/shared/metrics/votes'
import { readVotes } from '../feedback/source'
import { table } from '../program/progress'

const MAX_CORRECTED = 10

type ModelVotes = VoteSummary & { model: string; revision: string }

/** Evaluates the models from visitor feedback. @throws Failure */
export async function reportFeedback(
  from: string,
  { json, token }: { json: boolean; token: string | undefined },
): Promise<void> {
  const tally = new Tally()
  for await (const vote of readVotes(from, token)) tally.add(ballotOf(vote))
  const models = tally.models().flatMap(({ model, revision }): ModelVotes[] => {
    const summary = tally.summary(model, revision, MAX_CORRECTED)
    return summary ? [{ model, revision, ...summary }] : []
  })
  if (json) console.log(JSON.stringify({ models }, null, 2))
  else console.log(models.length === 0 ? 'There are no votes yet.' : report(models))
}

function report(models: readonly ModelVotes[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`
  const rows = models.map(({ model, revision, votes, right, interval: [low, high] }) => [
    model,
    revision.slice(7, 19),
    String(votes),
    String(right),
    percent(right / votes),
    `${(100 * low).toFixed(1)} to ${percent(high)}`,
  ])
  const corrected = models.flatMap(({ model, corrected: labels }) =>
    labels.map(({ label, votes, to }) => [
      model,
      label,
      String(votes),
      to.map((each) => `${each.label} (${each.votes})`).join(', '),
    ]),
  )
  const lines = [table(['model', 'revision', 'votes', 'correct', 'accuracy', '95% interval'], rows)]
  if (corrected.length > 0) lines.push('', table(['model', 'most corrected', 'votes', 'corrected to'], corrected))
  lines.push('', 'These figures cover only visitors who voted, who may not be representative.')
  return lines.join('\n')
}
