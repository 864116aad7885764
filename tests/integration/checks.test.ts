import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partsPrefix, resultsKey, vectorsPrefix } from '@/lib/server/jobs/distributed/object-keys'
import { s3Client } from '@/lib/server/storage/s3'
import type { JobCheck, SimilarPhotosReply } from '@/lib/shared/contract/check'
import { readVectors } from '@/lib/shared/photo-map/vectors-file'
import { CHECK_COLUMNS, RESULT_COLUMNS } from '@/lib/shared/results/columns'
import { type Backend, ONE_BACKEND } from '../support/backends'
import { refusal } from '../support/http'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf, zipOf } from '../support/many-photos'
import { REAL_MODEL } from '../support/models'
import { startServer } from '../support/server'
import { startWorker } from '../support/services'
import { type DatasetPhoto, smallDataset } from '../support/small-dataset'

const PATIENCE_MS = 120_000

let photos: DatasetPhoto[]
beforeAll(async () => {
  photos = await smallDataset()
})

describe.each(ONE_BACKEND)('checks of jobs in %s', (_name, open) => {
  let backend: Backend
  let url: string
  beforeAll(async () => {
    backend = await open({ LOG_LEVEL: 'warn', ...REAL_MODEL })
    url = backend.server.url
  })
  afterAll(() => backend?.stop())

  const get = (id: string, path: string) => fetch(`${url}/api/jobs/${id}/${path}`)
  async function checked(id: string, onCheck = (_: JobCheck) => {}): Promise<JobCheck> {
    for (const start = Date.now(); Date.now() - start < PATIENCE_MS; await sleep(50)) {
      const check = (await (await get(id, 'check')).json()) as JobCheck
      onCheck(check)
      if (check.state === 'done' || check.state === 'failed') return check
    }
    throw new Error('the check never ended')
  }

  test('a job is checked once it is done, and its results have the columns after all others', async () => {
    const zip = await zipOf(photos)
    const headers = { 'content-type': 'application/zip' }
    const { id, embeddings, check } = await createJob(url, new Uint8Array(zip), '?check=true', headers)
    expect([embeddings, check]).toEqual([true, true])
    await jobDone(url, id)
    const { state, report } = await checked(id)
    expect([state, report?.photos, report?.copies.length]).toEqual(['done', 23, 4])
    expect(report?.copies).toContainEqual({
      kept: 'train/animal/koala.jpg',
      copies: ['test/animal/marsupial.jpg'],
      leak: ['test', 'train'],
      labels: null,
    })
    expect(report?.labels.issues.map(({ file }) => file)).toContain('train/thing/polar-bear.jpg')

    const rows = await resultsOf(url, id)
    expect(Object.keys(rows[0] ?? {}).slice(-CHECK_COLUMNS.length)).toEqual([...CHECK_COLUMNS])
    const row = (name: string) => rows.find(({ file }) => file.endsWith(`/${name}.jpg`))
    expect(row('marsupial')).toMatchObject({ near_copy_of: 'train/animal/koala.jpg' })
    expect(row('polar-bear')).toMatchObject({ suggested_label: 'animal', quality: [] })
    expect(row('dark')?.quality).toContain('too_dark')
    const csv = await (await get(id, 'results?format=csv')).text()
    expect(csv.split('\r\n')[0]).toBe([...RESULT_COLUMNS, ...CHECK_COLUMNS].join(','))
    const parquet = await parquetReadObjects({ file: await (await get(id, 'results?format=parquet')).arrayBuffer() })
    expect(Object.keys(parquet[0] ?? {})).toEqual([...RESULT_COLUMNS, 'embedding', ...CHECK_COLUMNS])
    expect(parquet.map(({ copy_group }) => copy_group)).toEqual(rows.map(({ copy_group }) => copy_group))

    const cleaned = await (await get(id, 'cleaned-labels?suggestions=true')).text()
    expect(cleaned).toContain('train/thing/polar-bear.jpg,animal,train\r\n')
    expect(cleaned).not.toContain('marsupial')
    expect(await (await get(id, 'cleaned-labels')).text()).toContain('train/thing/polar-bear.jpg,thing,train\r\n')

    const similar = async (reply: Promise<Response>) => ((await (await reply).json()) as SimilarPhotosReply).photos
    const like = await similar(get(id, 'similar?file=train/animal/koala.jpg&k=3'))
    expect([like.length, like[0]?.file]).toEqual([3, 'test/animal/marsupial.jpg'])
    const body = new Uint8Array(photos[0]?.bytes ?? [])
    const near = await similar(fetch(`${url}/api/jobs/${id}/similar?k=2`, { method: 'POST', body }))
    expect(near[0]).toMatchObject({ file: photos[0]?.file, similarity: expect.closeTo(1, 2) })
    await refusal(get(id, 'similar?file=nothing.jpg'), 404, 'not_found')
    await refusal(get(id, 'similar'), 400, 'invalid_parameter')
    await refusal(get(id, 'similar?file=x&k=0'), 400, 'invalid_parameter')

    // The vectors of a map are those that similar photos are found by.
    const reply = await get(id, 'vectors')
    const file = new Uint8Array(await reply.arrayBuffer())
    expect(Number(reply.headers.get('content-length'))).toBe(file.length)
    const vectors = readVectors(file)
    expect([vectors.of, vectors.indices.length, vectors.dimensions]).toEqual([23, 23, 1280])
    const at = (name: string) => rows.findIndex(({ file }) => file === name)
    const vector = (name: string) => {
      const { values, scale } = vectors.stored(vectors.indices.indexOf(at(name)))
      return Array.from(values, (value) => value * scale)
    }
    const marsupial = vector('test/animal/marsupial.jpg')
    const koala = vector('train/animal/koala.jpg')
    const similarity = koala.reduce((sum, value, i) => sum + value * (marsupial[i] ?? 0), 0)
    expect(similarity).toBeCloseTo(like[0]?.similarity ?? 0, 2)
    const some = readVectors(new Uint8Array(await (await get(id, 'vectors?limit=5')).arrayBuffer()))
    expect([some.of, [...some.indices]]).toEqual([23, [0, 4, 9, 13, 18]])
    await refusal(get(id, 'vectors?limit=10001'), 400, 'invalid_parameter')

    const labels = `file,label\n${photos.map(({ file }, at) => `${file},${at % 2}`).join('\n')}\n`
    const again = (text: string) => fetch(`${url}/api/jobs/${id}/check`, { method: 'POST', body: text })
    await refusal(again('file,label\nnothing.jpg,x\n'), 409, 'conflict')
    await refusal(again('nothing'), 400, 'invalid_parameter')
    expect((await again(labels)).status).toBe(202)
    const progress: (number | null)[] = []
    const second = await checked(id, (check) => check.state === 'running' && progress.push(check.progress))
    expect(progress.length).toBeGreaterThan(0)
    for (const share of progress) expect(share).toSatisfy((value) => value >= 0 && value <= 1)
    expect(second.report?.copies.find(({ kept }) => kept.endsWith('koala.jpg'))?.labels).toEqual(['0', '1'])
    expect(second.labels).toBe('file')
    expect(await (await get(id, 'cleaned-labels')).text()).toContain('train/animal/koala.jpg,0,train')

    // Damaged, it is as if there were none, and can be repeated.
    await backend.damageCheck(id)
    expect(await (await get(id, 'check')).json()).toMatchObject({ state: 'waiting', report: null })
    expect((await resultsOf(url, id))[0]).toMatchObject({ copy_group: null })
    await refusal(get(id, 'cleaned-labels'), 503, 'not_ready')
    expect((await fetch(`${url}/api/jobs/${id}/check`, { method: 'POST' })).status).toBe(202)
    expect(await checked(id)).toMatchObject({ labels: 'folders', report: { photos: 23 } })

    // On several machines, another worker does it if one dies.
    if (!backend.machines) return
    const { workers, env, s3 } = backend.machines
    await workers[0]?.kill()
    expect((await again(labels)).status).toBe(202)
    await refusal(again(labels), 409, 'conflict')
    expect(await (await get(id, 'check')).json()).toMatchObject({ state: 'waiting', report: { photos: 23 } })
    workers.push(await startWorker(env))
    expect(await checked(id)).toMatchObject({ state: 'done', labels: 'file' })

    // Another instance searches in the vectors that are stored with the results, even without these.
    const store = s3Client({ endpoint: s3.url })
    const keysOf = async (Prefix: string) => {
      const { Contents = [] } = await store.send(new ListObjectsV2Command({ Bucket: s3.bucket, Prefix }))
      return Contents.map(({ Key = '' }) => Key)
    }
    await expect.poll(() => keysOf(vectorsPrefix(id))).toContainEqual(expect.stringMatching(/\/end$/))
    for (const Key of [...(await keysOf(partsPrefix(id))), resultsKey(id)])
      await store.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key }))
    const other = await startServer({ env })
    const path = `${other.url}/api/jobs/${id}/similar?file=train/animal/koala.jpg&k=3`
    expect(await similar(fetch(path))).toEqual(like)
    await other.stop()
  })

  test('labels that come before the job is done are those of its only check', async () => {
    const { id } = await createJob(url, null, '?check=true&open=true')
    const setLabels = (body: string) => fetch(`${url}/api/jobs/${id}/check`, { method: 'POST', body })
    await refusal(setLabels('nothing'), 400, 'invalid_parameter')
    const labels = photos.map(({ file }, at) => `${file},${at % 2 ? 'odd' : 'even'}`)
    const reply = await setLabels(`file,label\n${labels.join('\n')}\n`)
    expect([reply.status, await reply.json()]).toEqual([
      202,
      expect.objectContaining({ state: 'waiting', report: null }),
    ])
    await refusal(get(id, 'cleaned-labels'), 503, 'not_ready')
    const body = new Uint8Array(await zipOf(photos))
    await fetch(`${url}/api/jobs/${id}/photos`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/zip' },
    })
    await fetch(`${url}/api/jobs/${id}/close`, { method: 'POST' })
    const reports: unknown[] = []
    const check = await checked(id, ({ report }) => report && reports.push(report))
    expect(check).toMatchObject({ state: 'done', labels: 'file', report: { photos: 23 } })
    expect(check.report?.copies.find(({ kept }) => kept.endsWith('koala.jpg'))?.labels).toEqual(['even', 'odd'])
    expect(reports).toHaveLength(1)
  })

  test('a canceled job is not checked', async () => {
    const { id } = await createJob(url, null, '?check=true&open=true')
    await fetch(`${url}/api/jobs/${id}/cancel`, { method: 'POST' })
    await refusal(fetch(`${url}/api/jobs/${id}/check`, { method: 'POST' }), 409, 'conflict')
  })

  test('a job without a check has neither its columns nor a report', async () => {
    const { id } = await createJob(url, formOf(distinctPhotos(2)))
    await jobDone(url, id)
    for (const path of ['check', 'cleaned-labels', 'similar?file=photos/00000.webp', 'vectors']) {
      await refusal(get(id, path), 409, 'conflict')
    }
    await refusal(fetch(`${url}/api/jobs/${id}/check`, { method: 'POST' }), 409, 'conflict')
    expect(Object.keys((await resultsOf(url, id))[0] ?? {})).not.toContain('copy_group')
    await refusal(get('unknown', 'check'), 404, 'unknown_job')
  })
})
