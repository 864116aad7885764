import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ResultLine } from '@/lib/server/jobs/backend'
import { partCounts, readPart, writePart } from '@/lib/server/jobs/distributed/parts'
import { S3Bucket, s3Client } from '@/lib/server/storage/s3'
import { failedRow } from '@/lib/shared/results/columns'
import { type S3Server, startS3 } from '../support/s3'

let s3: S3Server
beforeAll(async () => {
  s3 = await startS3()
})
afterAll(() => s3.stop())

/** Results of a shard, each photo failed for this reason. */
const results = (photos: number, detail: string): ResultLine[] =>
  Array.from({ length: photos }, (_, index) => ({
    index,
    round: 0,
    row: failedRow(
      { file: `${index}.jpg`, bytes: 1, sha256: null },
      { id: 'tiny', revision: 'r' },
      { code: 'deadline_exceeded', detail },
    ),
  }))

test('of two workers that finish a shard at the same time, the results of one count', async () => {
  const bucket = new S3Bucket(s3Client({ endpoint: s3.url }), s3.bucket)
  const task = { id: 'job', shard: 0, round: 0 }
  const written = await Promise.all([
    writePart(bucket, task, results(2, 'first')),
    writePart(bucket, task, results(2, 'second')),
    writePart(bucket, task, results(2, 'third')),
  ])
  expect(written).toEqual(Array(3).fill({ ok: 0, failed: 2 }))
  const before = await readPart(bucket, task)
  expect(new Set(before?.map(({ row }) => row.error)).size).toBe(1)
  // A worker that was away for long has other results by now.
  expect(await writePart(bucket, task, results(5, 'late'))).toEqual({ ok: 0, failed: 2 })
  expect(await readPart(bucket, task)).toEqual(before)
  expect(await partCounts(bucket, task)).toEqual({ ok: 0, failed: 2 })
})
