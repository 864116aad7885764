import { createReadStream, existsSync, statSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import Papa from 'papaparse'
import { bucketEnvironment, quietAwsSdk } from '@/lib/server/config/environment'
import { FolderFeedback } from '@/lib/server/feedback/folder-store'
import type { FeedbackStore } from '@/lib/server/feedback/store'
import { parseLocation } from '@/lib/server/storage/location'
import { type Vote, voteSchema } from '@/lib/shared/contract/feedback'
import { fromListCell } from '@/lib/shared/results/columns'
import { EXIT, Failure } from '../program/exit'
import { serverAt } from '../program/server-url'

/**
 * Reads votes from a server's folder (`data/feedback`), an exported file (.csv or .ndjson), `s3://bucket`, or a server
 * with its ADMIN_TOKEN.
 *
 * @throws Failure
 */
export async function* readVotes(from: string, token: string | undefined): AsyncGenerator<Vote> {
  if (/^https?:\/\//.test(from)) yield* fromServer(from, token)
  else {
    const store = await feedbackStore(from)
    if (store !== null) yield* store.votes()
    else yield* fromText(await text(createReadStream(from)), from)
  }
}

/** The store in a server's folder (`data/feedback`) or in `s3://bucket`; null for a file. @throws Failure */
export async function feedbackStore(from: string): Promise<FeedbackStore | null> {
  if (from.startsWith('s3://')) return inBucket(from)
  if (!existsSync(from)) throw new Failure(EXIT.notFound, `${from} does not exist.`)
  return statSync(from).isDirectory() ? new FolderFeedback(from, Number.POSITIVE_INFINITY) : null
}

async function* fromServer(server: string, token: string | undefined): AsyncGenerator<Vote> {
  const { origin, url, headers } = serverAt(server, token)
  const reply = await fetch(url('api/feedback?format=ndjson'), { headers }).catch((cause) => {
    throw new Failure(EXIT.unreachable, `${origin} does not respond.`, { cause })
  })
  if (reply.status === 401) throw new Failure(EXIT.usage, 'The server requires its ADMIN_TOKEN. Pass it with --token.')
  if (!reply.ok) throw new Failure(EXIT.failed, `${origin} did not return votes (HTTP ${reply.status}).`)
  yield* fromText(await reply.text(), origin)
}

async function inBucket(from: string): Promise<FeedbackStore> {
  const location = parseLocation(from)
  if (!location) throw new Failure(EXIT.usage, `${from} is not a valid location. Use s3://bucket.`)
  quietAwsSdk()
  const [{ openBuckets }, { BucketFeedback }] = await Promise.all([
    import('@/lib/server/storage/buckets'),
    import('@/lib/server/feedback/bucket-store'),
  ])
  return new BucketFeedback(openBuckets(bucketEnvironment())(location.bucket), Number.POSITIVE_INFINITY)
}

function* fromText(content: string, from: string): Generator<Vote> {
  const rows = /^\uFEFF?(\{|$)/.test(content)
    ? content
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown)
    : Papa.parse<Record<string, string>>(content, { header: true, skipEmptyLines: true }).data.map(fromCells)
  for (const row of rows) {
    const parsed = voteSchema.safeParse(row)
    if (!parsed.success)
      throw new Failure(
        EXIT.invalid,
        `${from} contains a line that is not a vote: ${JSON.stringify(row).slice(0, 200)}`,
      )
    yield parsed.data
  }
}

function fromCells(cells: Record<string, string>): unknown {
  const { index, score, correct_index, correct_label, photo, labels, correct_labels, ...rest } = cells
  return {
    ...rest,
    ...(labels ? { labels: fromListCell(labels) } : {}),
    ...(correct_labels ? { correct_labels: fromListCell(correct_labels) } : {}),
    index: Number(index),
    score: Number(score),
    correct_label: correct_label || null,
    correct_index: correct_index ? Number(correct_index) : null,
    photo: photo || null,
  }
}
