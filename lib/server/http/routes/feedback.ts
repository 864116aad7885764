import { Readable } from 'node:stream'
import type { Context } from 'hono'
import * as z from 'zod'
import { feedbackRequestSchema, type Vote, voteSchema } from '@/lib/shared/contract/feedback'
import { Problem } from '@/lib/shared/problems/problem'
import { voteText } from '@/lib/shared/results/vote-export'
import type { Environment } from '../../config/environment'
import type { Feedback } from '../../feedback/feedback'
import { abortOnError } from '../abort-on-error'
import { requireOperator } from '../admin'
import { readBody } from '../body'
import { parseJsonObject } from '../json-body'
import { json } from '../json-response'
import type { MemoryBudget } from '../memory-budget'
import { queryParameters, readOptions } from '../parameters'
import type { AppEnv, Services } from '../services'

/** Size limit of a vote without a photo, in bytes. */
const MAX_VOTE_BYTES = 10_000

/**
 * `POST /api/feedback`: stores a vote on a result. Accepts `application/json` only, because pages of other sites can't
 * send it without a CORS preflight.
 */
export function giveFeedback(feedback: Feedback, environment: Environment, uploads: MemoryBudget) {
  const limit = feedback.mode === 'photos' ? environment.MAX_REQUEST_BYTES : MAX_VOTE_BYTES
  return async (c: Context<AppEnv>): Promise<Response> => {
    if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
      throw new Problem('invalid_json', 'Send the vote as JSON with the Content-Type application/json.')
    }
    const reservation = uploads.reserve()
    try {
      const vote = await feedback.add(
        readOptions(feedbackRequestSchema, {}, parseJsonObject(await readBody(c.req.raw, limit, reservation))),
      )
      c.set('model', vote.model)
      return json(c, vote, 201, { 'cache-control': 'no-store' })
    } finally {
      reservation.release()
    }
  }
}

const exportParametersSchema = z.object({ format: z.enum(['csv', 'ndjson']).default('csv') })

/** `GET /api/feedback`: exports all votes, for the operator. */
export function exportFeedback(feedback: Feedback, { environment, log }: Pick<Services, 'environment' | 'log'>) {
  return (c: Context<AppEnv>): Response => {
    requireOperator(c, environment)
    const { format } = readOptions(exportParametersSchema, queryParameters(c.req.url))
    const body = Readable.toWeb(
      Readable.from(abortOnError(formatVotes(feedback.votes(), format), c, log), { objectMode: false }),
    )
    return c.body(body as unknown as ReadableStream, 200, {
      'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
      'content-disposition': `attachment; filename="votes.${format}"`,
      'cache-control': 'no-store',
    })
  }
}

const photoParametersSchema = voteSchema.pick({ id: true, time: true })

/** `GET /api/feedback/{id}/photo?time=…`: the photo that was sent with a vote, for the operator. */
export function feedbackPhoto(feedback: Feedback, environment: Environment) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    requireOperator(c, environment)
    const parsed = photoParametersSchema.safeParse({ id: c.req.param('id'), time: c.req.query('time') })
    // Whatever isn't the ID and time of a vote has no photo.
    const photo = parsed.success ? await feedback.photoOf(parsed.data) : null
    if (photo === null) throw new Problem('not_found', 'There is no photo of this vote.')
    return c.body(photo as Uint8Array<ArrayBuffer>, 200, { 'content-type': 'image/webp', 'cache-control': 'no-store' })
  }
}

async function* formatVotes(votes: AsyncIterable<Vote>, format: 'csv' | 'ndjson'): AsyncGenerator<string> {
  const text = voteText(format)
  yield text.head
  for await (const vote of votes) yield text.line(vote)
}
