import { createReadStream, existsSync, statSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import Papa from 'papaparse'
import { bucketEnvironment, quietAwsSdk } from '@/lib/server/config/environment'
import { FolderFeedback } from '@/lib/server/feedback/folder-store'
import { parseLocation } from '@/lib/server/storage/location'
import { type Vote, voteSchema } from '@/lib/shared/contract/feedback'
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
  else if (from.startsWith('s3://')) yield* fromBucket(from)
  else if (!existsSync(from)) throw new Failure(EXIT.notFound, `${from} does not exist.`)
  else if (statSync(from).isDirectory()) yield* new FolderFeedback(from, Number.POSITIVE_INFINITY).votes()
  else yield* fromText(await text(createReadStream(from)), from)
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

async function* fromBucket(from: string): AsyncGenerator<Vote> {
  const location = parseLocation(from)
  if (!location) throw new Failure(EXIT.usage, `${from} is not a valid location. Use s3://bucket.`)
  quietAwsSdk()
  const [{ openBuckets }, { BucketFeedback }] = await Promise.all([
    import('@/lib/server/storage/buckets'),
    import('@/lib/server/feedback/bucket-store'),
  ])
  yield* new BucketFeedback(openBuckets(bucketEnvironment())(location.bucket), Number.POSITIVE_INFINITY).votes()
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

function fromCells({ index, score, correct_index, correct_label, photo, ...rest }: Record<string, string>): unknown {
  return {
    ...rest,
    index: Number(index),
    score: Number(score),
    correct_label: correct_label || null,
    correct_index: correct_index ? Number(correct_index) : null,
    photo: photo || null,
  }
}
