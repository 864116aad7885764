import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import type { ClassifyCall } from '../api/classify'
import type { Failure } from '../api/failure'
import type { Photo } from './photo'
import { PhotoSession } from './photo-session'
import type { Prepared, PrepareOptions } from './prepare-photo'

interface Sent {
  file: Blob
  call: ClassifyCall
  resolve(result: Classification): void
  reject(failure: Failure): void
}

let sent: Sent[]
let prepareCalls: PrepareOptions[]
let prepared: Omit<Prepared, 'file'>
let session: PhotoSession
/** The photos that were classified in this browser. */
let ranHere: File[]
/** Ends the wait for the server. */
let serverIsBack: (() => void) | null
beforeEach(() => {
  serverIsBack = null
  sent = []
  ranHere = []
  prepareCalls = []
  prepared = { converted: false, leftToServer: false, reduced: null, sha256: 'ab' }
  session = new PhotoSession({
    model: 'balanced',
    maxBytes: 10,
    prepare: async (file, options) => {
      prepareCalls.push(options)
      return { file, ...prepared }
    },
    runHere: async (file, { onLoading }) => {
      ranHere.push(file as File)
      onLoading?.(1, 2)
      return result('here')
    },
    send: (file, call) =>
      new Promise((resolve, reject) => {
        sent.push({ file, call, resolve, reject })
        call.signal.addEventListener('abort', () => reject({ code: 'withdrawn', retryAfterMs: null }))
      }),
    server: {
      wait: (signal) =>
        new Promise((resolve) => {
          serverIsBack = resolve
          signal?.addEventListener('abort', () => resolve())
        }),
      askNow: () => {},
    },
  })
})
afterEach(() => {
  session.dispose()
  vi.useRealTimers()
})

const file = (name: string, size = 3) => new File(['x'.repeat(size)], name)
const result = (label: string) => ({ predictions: [{ label, score: 1, index: 0 }] }) as unknown as Classification
const phases = (model = 'balanced') => session.snapshot().photos.map((photo) => photo.phases[model]?.name)
const settle = () => new Promise((resolve) => setImmediate(resolve))
const busy: Failure = { code: 'queue_full', title: '', detail: '', retryable: true, retryAfterMs: 1000 }

test('sends two photos at a time, in order, and selects the first one that was added', async () => {
  session.add([file('a'), file('b'), file('c')])
  expect(phases()).toEqual(['preparing', 'preparing', 'waiting'])
  await settle()
  expect(session.snapshot()).toMatchObject({ selected: 1, model: 'balanced' })
  expect(sent.map((one) => (one.file as File).name)).toEqual(['a', 'b'])
  sent[1]?.resolve(result('b'))
  await settle()
  expect(sent).toHaveLength(3)
  expect(phases()).toEqual(['preparing', 'answered', 'preparing'])
})

test('a photo that runs in this browser is never sent or reduced, and results of the other place are dropped', async () => {
  session.add([file('a')])
  await settle()
  sent[0]?.resolve(result('server'))
  await settle()
  session.setHere(true)
  session.add([file('b')])
  await settle()
  expect(ranHere.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(sent).toHaveLength(1)
  expect(prepareCalls.map(({ reduce }) => reduce)).toEqual([true, false, false])
  expect(phases()).toEqual(['answered', 'answered'])
  expect(session.snapshot().photos[0]?.phases.balanced).toEqual({ name: 'answered', result: result('here') })
})

test('a model of this browser is left for the usual one with the server', async () => {
  session.setHere(true)
  session.setModel('device:mine')
  session.add([file('a')])
  await settle()
  expect(ranHere).toHaveLength(1)
  session.setHere(false)
  await settle()
  expect(session.snapshot().model).toBe('balanced')
  expect(sent.map(({ call }) => call.model)).toEqual(['balanced'])
})

test('reports upload progress, the completed upload and the result', async () => {
  session.add([file('a')])
  await settle()
  sent[0]?.call.onProgress(2, 3)
  expect(session.snapshot().photos[0]?.phases.balanced).toEqual({ name: 'uploading', sent: 2, total: 3 })
  sent[0]?.call.onUploaded()
  expect(phases()).toEqual(['running'])
  sent[0]?.resolve(result('a'))
  await settle()
  expect(phases()).toEqual(['answered'])
})

test('adding and failing photos leave earlier results unchanged', async () => {
  session.add([file('a')])
  await settle()
  sent[0]?.resolve(result('a'))
  await settle()
  const [before] = session.snapshot().photos
  session.add([file('b')])
  await settle()
  sent[1]?.reject({ ...busy, code: 'not_an_image', retryable: false, retryAfterMs: null })
  await settle()
  expect(session.snapshot().photos[0]).toBe(before)
  expect(phases()).toEqual(['answered', 'failed'])
})

test('requests a result once per model; switching back sends nothing', async () => {
  session.add([file('a')])
  await settle()
  sent[0]?.resolve(result('a'))
  await settle()
  session.setModel('fast')
  await settle()
  expect(sent[1]?.call.model).toBe('fast')
  sent[1]?.resolve(result('a'))
  await settle()
  session.setModel('balanced')
  session.setModel('fast')
  session.select(1)
  expect(sent).toHaveLength(2)
})

test('retries three times while the server is busy, then leaves the retry to the visitor', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  session.add([file('a')])
  await settle()
  for (let attempt = 0; attempt < 3; attempt++) {
    sent[attempt]?.reject(busy)
    await settle()
    expect(phases()).toEqual(['busy'])
    vi.advanceTimersByTime(1000)
    await settle()
    expect(sent).toHaveLength(attempt + 2)
  }
  sent[3]?.reject(busy)
  await settle()
  expect(phases()).toEqual(['failed'])
  session.retry(1)
  await settle()
  expect(sent).toHaveLength(5)
  // The photo is prepared only once.
  expect(prepareCalls).toHaveLength(1)
})

test('removing a photo aborts its request and selects its neighbor', async () => {
  session.add([file('a'), file('b'), file('c')])
  session.select(2)
  await settle()
  session.remove(2)
  expect(sent[1]?.call.signal.aborted).toBe(true)
  expect(session.snapshot().selected).toBe(3)
  await settle()
  expect(sent.map((one) => (one.file as File).name)).toEqual(['a', 'b', 'c'])
  session.remove(3)
  session.remove(1)
  expect(session.snapshot()).toMatchObject({ photos: [], selected: null })
})

test('refuses a file over the size limit without sending it', async () => {
  session.add([file('huge', 11)])
  await settle()
  expect(sent).toHaveLength(0)
  expect(session.snapshot().photos[0]?.phases.balanced).toEqual({
    name: 'failed',
    failure: { code: 'too_large_here', values: { size: 11, limit: 10 }, retryable: false, retryAfterMs: null },
  })
})

test('resizes large photos unless the visitor wants to send the original', async () => {
  prepared = { converted: false, leftToServer: false, reduced: { width: 2, height: 1, scale: 0.5 }, sha256: 'ab' }
  session.add([file('a')])
  await settle()
  sent[0]?.resolve(result('a'))
  await settle()
  expect(session.snapshot().photos[0]?.prepared?.reduced).toEqual({ width: 2, height: 1, scale: 0.5 })
  session.sendOriginal(1)
  await settle()
  expect(sent).toHaveLength(2)
  session.setReduce(false)
  session.add([file('b')])
  await settle()
  expect(prepareCalls.map(({ reduce }) => reduce)).toEqual([true, false, false])
})

test('shows the result of the resized photo again if the original fails, and offers only an original that fits', async () => {
  prepared = { converted: false, leftToServer: false, reduced: { width: 2, height: 1, scale: 0.5 }, sha256: 'ab' }
  session.add([file('a')])
  await settle()
  sent[0]?.resolve(result('a'))
  await settle()
  const photo = () => session.snapshot().photos[0] as Photo
  const before = photo()
  session.sendOriginal(1)
  await settle()
  const failure = { code: 'too_many_pixels', retryable: false, retryAfterMs: null }
  sent[1]?.reject(failure)
  await settle()
  expect(photo()).toEqual({ ...before, beforeOriginal: null, originalFailure: failure })
  expect(session.canSendOriginal({ ...before, file: new Blob(['more than ten bytes']) })).toBe(false)
})

test('brings removed photos back, in their place and with their results', async () => {
  session.add([file('a'), file('b'), file('c')])
  await settle()
  sent[0]?.resolve(result('a'))
  await settle()
  const ids = () => session.snapshot().photos.map(({ id }) => id)
  const [first] = session.snapshot().photos
  session.remove(1)
  expect([ids(), session.snapshot().selected]).toEqual([[2, 3], 2])
  session.undoRemove()
  expect([ids(), session.snapshot().selected, session.snapshot().photos[0]]).toEqual([[1, 2, 3], 1, first])
  session.removeAll()
  expect([ids(), session.snapshot().selected]).toEqual([[], null])
  session.undoRemove()
  expect([ids(), session.snapshot().photos[0]]).toEqual([[1, 2, 3], first])
  session.removeAll()
  session.forgetRemoved()
  session.undoRemove()
  expect(ids()).toEqual([])
})

test('shows the converted version of a photo', async () => {
  prepared = { converted: true, leftToServer: false, reduced: null, sha256: 'ab' }
  session.add([file('a.heic')])
  const url = () => session.url(session.snapshot().photos[0] as Photo)
  const before = url()
  expect(url()).toBe(before)
  await settle()
  expect(url()).not.toBe(before)
})

test('reports HEIC that neither the browser nor the server can read as such; other failures stay unchanged', async () => {
  prepared = { converted: false, leftToServer: true, reduced: null, sha256: 'ab' }
  session.add([file('a.heic'), file('b.heic')])
  await settle()
  sent[0]?.reject({ code: 'truncated_image', retryable: false, retryAfterMs: null })
  sent[1]?.reject({ code: 'too_many_pixels', retryable: false, retryAfterMs: null })
  await settle()
  const codes = session
    .snapshot()
    .photos.map(({ phases: { balanced } }) => balanced?.name === 'failed' && balanced.failure.code)
  expect(codes).toEqual(['heic_unreadable', 'too_many_pixels'])
})

const offline: Failure = { code: 'offline', retryable: true, retryAfterMs: null }
const names = () => sent.map((one) => (one.file as File).name)

test('holds all photos while the server is away, and sends them in order once it is back', async () => {
  session.add([file('a'), file('b'), file('c')])
  await settle()
  sent[0]?.reject(offline)
  sent[1]?.reject({ code: 'not_an_image', retryable: false, retryAfterMs: null })
  await settle()
  session.add([file('d')])
  expect(phases()).toEqual(['away', 'failed', 'away', 'away'])
  expect(names()).toEqual(['a', 'b'])
  serverIsBack?.()
  await settle()
  expect(phases()).toEqual(['waiting', 'failed', 'preparing', 'waiting'])
  expect(names()).toEqual(['a', 'b', 'a', 'c'])
})

test('gives up on a photo with which the server fails each time it is back', async () => {
  session.add([file('a')])
  for (let attempt = 0; attempt < 4; attempt++) {
    await settle()
    sent[attempt]?.reject(offline)
    await settle()
    serverIsBack?.()
  }
  expect(phases()).toEqual(['failed'])
  expect(sent).toHaveLength(4)
})

test('no longer waits for the server when the last waiting photo is removed or withdrawn', async () => {
  for (const end of [() => session.remove(1), () => session.withdrawPending()]) {
    session.add([file('a')])
    await settle()
    sent.at(-1)?.reject(offline)
    await settle()
    serverIsBack = null
    end()
    await settle()
    const before = sent.length
    session.add([file('b')])
    await settle()
    expect(sent).toHaveLength(before + 1)
    session.remove(session.snapshot().photos.at(-1)?.id ?? 0)
  }
  session.classifyAll()
  await settle()
  expect(names().at(-1)).toBe('a')
})

test('reports changes of the selected photo at once and those of others together', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  session.add([file('a'), file('b')])
  await settle()
  let reports = 0
  session.subscribe(() => reports++)
  sent[0]?.call.onProgress(1, 3)
  expect(reports).toBe(1)
  for (let bytes = 0; bytes < 10; bytes++) sent[1]?.call.onProgress(bytes, 10)
  expect(reports).toBe(1)
  vi.advanceTimersByTime(200)
  expect(reports).toBe(2)
})
