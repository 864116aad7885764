import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ResultRow } from '@/lib/shared/results/columns'
import { BatchSession } from './session'

/** An event stream that the test controls. */
class FakeEvents {
  static latest: FakeEvents
  static readonly CLOSED = 2
  readonly readyState = 1
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  private readonly handlers = new Map<string, (event: { data: string }) => void>()

  constructor(readonly url: string) {
    FakeEvents.latest = this
  }

  addEventListener(name: string, handler: (event: { data: string }) => void): void {
    this.handlers.set(name, handler)
  }

  emit(name: string, data: unknown): void {
    this.handlers.get(name)?.({ data: JSON.stringify(data) })
  }

  close(): void {}
}

const CREATE = 'POST /api/jobs'
const UPLOAD = 'POST /api/jobs/id/photos'
const job = (part: object = {}) => ({
  id: 'id',
  state: 'running',
  open: true,
  reason: null,
  rate: 2,
  model: { id: 'm', revision: 'r' },
  created_at: '2026-01-01T00:00:00.000Z',
  ...part,
})
const problem = (status: number, code: string) => ({ status, code, title: code, detail: code })
const file = (name: string, size = 3) => new File(['x'.repeat(size)], name, { lastModified: 1 })

let session: BatchSession
let requests: string[]
let responses: Record<string, object>
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  vi.stubGlobal('EventSource', FakeEvents)
  vi.stubGlobal('fetch', async (path: string, { method = 'GET' }: RequestInit = {}) => {
    const request = `${method} ${path.split('?')[0]}`
    requests.push(request)
    const body = responses[request] ?? job()
    return new Response(JSON.stringify(body), { status: 'status' in body ? Number(body.status) : 200 })
  })
  requests = []
  responses = {}
  session = new BatchSession({
    settings: { model: 'm', topK: 5, threshold: 0 },
    model: { id: 'm', revision: 'r' },
    limits: { imageBytes: 100, files: 3 },
  })
})
afterEach(() => {
  session.dispose()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Lets timers of up to `ms` and pending promises run. */
async function settle(ms = 200): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
  await vi.advanceTimersByTimeAsync(ms)
}

function result(name: string, part: Partial<ResultRow> = {}): void {
  FakeEvents.latest.emit('result', { row: { file: name, status: 'ok', uncertain: false, sha256: 'x', ...part } })
}

const states = () => session.snapshot().items.map(({ path, state }) => `${path} ${state}`)

test('uploads photos, fails those over the limit locally, and closes the job when all are done', async () => {
  responses['POST /api/jobs/id/close'] = job({ open: false, state: 'done' })
  await session.add([file('a.jpg'), file('large.jpg', 101)])
  await settle()
  expect(requests).toEqual([CREATE, UPLOAD])
  expect(states()).toEqual(['a.jpg queued', 'large.jpg done'])
  expect(session.snapshot()).toMatchObject({ phase: 'running', id: 'id', counts: { total: 2, done: 1, failed: 1 } })
  result('a.jpg')
  await settle()
  expect(session.snapshot()).toMatchObject({ phase: 'done', counts: { done: 2, ok: 1 } })
  expect(requests).toEqual([CREATE, UPLOAD, 'POST /api/jobs/id/close'])
  expect(session.acceptsPhotos).toBe(false)
})

test('sends nothing while paused, and leaves out files over the limit', async () => {
  await session.setPaused(true)
  await session.add(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'].map((name) => file(name)))
  await settle()
  expect(requests).toEqual([])
  expect(session.snapshot()).toMatchObject({ phase: 'paused', leftOut: [{ path: 'd.jpg', reason: 'too_many' }] })
  await session.setPaused(false)
  await settle()
  expect(requests).toEqual([CREATE, UPLOAD])
  await session.cancel()
  expect(session.snapshot()).toMatchObject({ phase: 'cancelled', counts: { leftOut: 3 } })
})

test('a busy server is an issue until an upload succeeds', async () => {
  responses[UPLOAD] = problem(503, 'not_ready')
  await session.add([file('a.jpg')])
  await settle()
  expect(session.snapshot()).toMatchObject({ phase: 'running', issue: { code: 'not_ready' } })
  delete responses[UPLOAD]
  await settle(1000)
  expect(session.snapshot().issue).toBe(null)
  expect(states()).toEqual(['a.jpg queued'])
})

test('waits for a server that is away without a rate, and then sends the action that the visitor chose', async () => {
  await session.add([file('a.jpg')])
  await settle()
  FakeEvents.latest.emit('job', job())
  await settle()
  expect(session.snapshot().rate).toBe(2)
  responses['POST /api/jobs/id/pause'] = problem(503, 'shutting_down')
  responses['GET /health/ready'] = problem(503, 'shutting_down')
  void session.setPaused(true)
  await settle()
  FakeEvents.latest.onerror?.()
  await settle()
  expect(session.snapshot()).toMatchObject({ issue: { code: 'offline' }, rate: null, etaSeconds: null })
  responses = {
    'GET /api/jobs/id': job({ reason: 'requested' }),
    'POST /api/jobs/id/pause': job({ reason: 'requested' }),
  }
  requests = []
  await settle(20_000)
  FakeEvents.latest.onopen?.()
  expect(requests).toContain('POST /api/jobs/id/pause')
  expect(session.snapshot()).toMatchObject({ phase: 'paused', issue: null })
})

test('drops the estimate when no result arrives for long', async () => {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  await session.add([file('a.jpg'), file('b.jpg')])
  await settle()
  result('a.jpg')
  FakeEvents.latest.emit('job', job())
  await settle()
  expect(session.snapshot()).toMatchObject({ rate: 2, etaSeconds: 0.5 })
  now = 10_000
  await settle(10_000)
  expect(session.snapshot()).toMatchObject({ rate: null, etaSeconds: null })
  vi.restoreAllMocks()
})

test('a batch that is resumed while the server is away says so until the server knows', async () => {
  await session.add([file('a.jpg')])
  await settle()
  responses['POST /api/jobs/id/pause'] = job({ reason: 'requested' })
  await session.setPaused(true)
  expect(session.snapshot().phase).toBe('paused')
  responses['POST /api/jobs/id/resume'] = problem(503, 'shutting_down')
  responses['GET /health/ready'] = problem(503, 'shutting_down')
  void session.setPaused(false)
  expect(session.snapshot()).toMatchObject({ phase: 'running', resuming: true })
  await settle()
  expect(session.snapshot()).toMatchObject({ phase: 'running', resuming: true, issue: { code: 'shutting_down' } })
  responses = {}
  await settle(20_000)
  expect(session.snapshot()).toMatchObject({ phase: 'running', resuming: false, issue: null })
})

test('a page in the place of the server counts as a server that is away', async () => {
  vi.stubGlobal('fetch', async () => new Response('<html>', { headers: { 'content-type': 'text/html' } }))
  await session.add([file('a.jpg')])
  await settle()
  expect(session.snapshot()).toMatchObject({ phase: 'running', issue: { code: 'not_the_server', retryable: true } })
  expect(states()).toEqual(['a.jpg waiting'])
})

test('shows why the server’s storage holds up a job, until it recovers', async () => {
  responses[UPLOAD] = job({ reason: 'storage_full' })
  await session.add([file('a.jpg')])
  await settle()
  FakeEvents.latest.emit('job', job({ reason: 'storage_full' }))
  await settle()
  expect(session.snapshot().issue?.code).toBe('storage_full')
  FakeEvents.latest.emit('job', job())
  await settle()
  expect(session.snapshot().issue).toBe(null)
})

test('a deleted job ends the batch', async () => {
  responses[UPLOAD] = problem(404, 'unknown_job')
  await session.add([file('a.jpg')])
  await settle()
  expect(session.snapshot()).toMatchObject({ phase: 'gone', counts: { leftOut: 1 } })
})

test('retries photos that failed on the server, and follows the job again', async () => {
  await session.add([file('a.jpg')])
  await settle()
  result('a.jpg', { status: 'failed' })
  await settle()
  const { latest } = FakeEvents
  await session.retryFailed()
  expect(states()).toEqual(['a.jpg queued'])
  expect(FakeEvents.latest).not.toBe(latest)
})

test('opens an existing batch with its photos and its pause', async () => {
  responses['GET /api/jobs/id'] = job({ reason: 'requested' })
  responses['GET /api/jobs/id/photos'] = { files: ['a.jpg', 'b.jpg'], total: 2 }
  await session.open('id')
  result('a.jpg')
  await settle()
  expect(session.snapshot()).toMatchObject({ phase: 'paused', counts: { total: 2, done: 1 } })
  expect(states()).toEqual(['a.jpg done', 'b.jpg queued'])
})
