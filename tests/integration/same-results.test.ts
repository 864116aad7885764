import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import type { ResultFormat } from '@/lib/shared/results/columns'
import { type ExportedResult, toRows } from '@/lib/shared/results/result-export'
import { resultFile } from '@/lib/shared/results/result-file'
import { createJob, jobDone } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { ALL_MODELS } from '../support/models'
import { startServer, type TestServer } from '../support/server'
import { startVision } from '../support/vision'
import { visionHere } from '../support/vision-here'
import { readRows } from '../support/workbook'

const PHOTOS = [
  ...distinctPhotos(11),
  // What a spreadsheet would execute and a careless writer would split.
  { file: 'photos/=1+1, "ü".webp', bytes: distinctPhotos(12)[11]!.bytes },
]

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await startServer({ env: { ...ALL_MODELS, LOG_LEVEL: 'warn' } })
  folder = mkdtempSync(join(tmpdir(), 'doors-'))
  for (const { file, bytes } of PHOTOS) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), bytes)
  }
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

/** Without the times, the only values that may differ. */
function timeless(csv: string, column = 13): string {
  return csv
    .split('\r\n')
    .map((line) => {
      // Commas inside quotes don't separate cells.
      const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? []
      return cells.map((cell, at) => (at === column ? ',' : cell)).join('')
    })
    .join('\r\n')
}

/** The contents of the page's export: API results with digests from the browser. */
async function page(): Promise<ExportedResult[]> {
  const results: ExportedResult[] = []
  for (const { file, bytes } of PHOTOS) {
    const reply = await fetch(`${server.url}/api/classify?top_k=5`, { method: 'POST', body: new Uint8Array(bytes) })
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))
    const sha256 = Buffer.from(digest).toString('hex')
    results.push({ file, bytes: bytes.length, sha256, result: (await reply.json()) as Classification })
  }
  return results
}

async function fileOf(results: readonly ExportedResult[], format: ResultFormat): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of resultFile(toRows(results), format)) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

test('page, job and command export the same CSV (except times) and the same workbook cells for a dozen files', async () => {
  const { id } = await createJob(server.url, formOf(PHOTOS))
  await jobDone(server.url, id)
  const job = await (await fetch(`${server.url}/api/jobs/${id}/results?format=csv`)).arrayBuffer()
  const fromJob = Buffer.from(job).toString('utf8')
  const names = startVision(['classify', '-', '--out', join(folder, 'out.csv')], {}, folder)
  names.child.stdin.end(PHOTOS.map(({ file }) => file).join('\n'))
  await names.closed
  const fromCommand = readFileSync(join(folder, 'out.csv'), 'utf8')
  expect(fromJob.split('\r\n')).toHaveLength(14)
  expect(timeless(fromCommand)).toBe(timeless(fromJob))
  const seen = await page()
  expect(timeless((await fileOf(seen, 'csv')).toString('utf8'))).toBe(timeless(fromJob))
  const { out, code } = await visionHere(['jobs', 'results', id, '--server', server.url])
  expect([code, out]).toEqual([0, fromJob])
  const cells = async (bytes: Uint8Array) => (await readRows(bytes)).map(({ ms: _ms, ...row }) => row)
  const path = join(folder, 'out.xlsx')
  expect(await visionHere(['jobs', 'results', id, '--server', server.url, '--out', path])).toMatchObject({
    code: 0,
    out: '',
  })
  const workbook = readFileSync(path)
  expect(await cells(workbook)).toHaveLength(12)
  expect((await cells(workbook)).at(-1)).toMatchObject({
    file: 'photos/=1+1, "ü".webp',
    status: 'ok',
    width: expect.any(Number),
  })
  const reply = await fetch(`${server.url}/api/jobs/${id}/results?format=xlsx`)
  expect(workbook.equals(Buffer.from(await reply.arrayBuffer()))).toBe(true)
  expect(await cells(await fileOf(seen, 'xlsx'))).toEqual(await cells(workbook))
  expect((await visionHere(['jobs', 'results', id, '--server', server.url, '--format', 'xls'])).code).toBe(2)
  expect((await visionHere(['jobs', 'show', id, '--server', server.url])).out).toBe(
    'done\n12 of 12 photos, 0 failed, model efficientnet-lite1-int8\n',
  )
  expect((await visionHere(['jobs', 'show', 'nothing', '--server', server.url])).code).toBe(3)
})
