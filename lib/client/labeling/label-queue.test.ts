import { beforeAll, expect, test, vi } from 'vitest'
import { TrainingSession } from '../training/session'
import type { FromTrainingWorker, ToTrainingWorker } from '../training/training-protocol'
import { exportLabels } from './export-labels'
import { LabelQueue } from './label-queue'

/** The worker that trains, in this thread: Node has none that the browser's `Worker` starts. */
class InThread {
  onmessage: ((event: { data: FromTrainingWorker }) => void) | null = null

  constructor() {
    global.postMessage = (data) => queueMicrotask(() => this.onmessage?.({ data: structuredClone(data) }))
  }

  postMessage(data: ToTrainingWorker): void {
    queueMicrotask(() => global.onmessage?.({ data: structuredClone(data) }))
  }
}

interface WorkerScope {
  onmessage: ((event: { data: ToTrainingWorker }) => void) | null
  postMessage(data: FromTrainingWorker): void
}

const global: WorkerScope = { onmessage: null, postMessage: () => {} }

beforeAll(async () => {
  vi.stubGlobal('self', global)
  vi.stubGlobal('Worker', InThread)
  await import('../training/training-worker')
})

/** Photos of two kinds, which their embeddings tell apart. */
const kindOf = (name: string) => (Number.parseInt(name, 10) % 2 === 0 ? 'even' : 'odd')

async function embed(file: Blob) {
  const number = Number(await file.text())
  const embedding = Float32Array.from(
    { length: 16 },
    (_, at) => (at % 2 === number % 2 ? 3 : 0.2) + ((7 * number * at + number) % 23) / 40,
  )
  const image = { width: 1, height: 1, format: 'png' as const, bytes: 1 }
  return { embedding, kinds: null, revision: 'sha256:1', area: { left: 0, top: 0, width: 1, height: 1 }, image }
}

const photo = (number: number) => new File([String(number)], `${number}.png`)

/** A queue whose photos are all read. */
async function openQueue(count: number) {
  const session = new TrainingSession('base', {
    maxBytes: 1e6,
    prepare: async (file) => ({ file, sha256: null, converted: false, leftToServer: false, reduced: null }),
    embed,
    server: { wait: () => Promise.resolve() },
  })
  await session.open()
  const queue = new LabelQueue(session)
  queue.open()
  await session.addFilesTo(
    null,
    Array.from({ length: count }, (_, at) => photo(at)),
  )
  const name = (id: number | null) => session.snapshot().photos.find((one) => one.id === id)?.name ?? ''
  const shown = () => vi.waitFor(() => expect(queue.snapshot().current).not.toBeNull(), 10_000)
  await vi.waitFor(() => expect(session.snapshot().photos.every(({ state }) => state === 'ready')).toBe(true), 10_000)
  await shown()
  return { session, queue, shown, name, current: () => name(queue.snapshot().current) }
}

const labelOf = ({ snapshot }: TrainingSession, name: string) => {
  const { photos, labels } = snapshot()
  const { label = null } = photos.find((one) => one.name === name) ?? {}
  return labels.find(({ id }) => id === label)?.name ?? null
}

test('every photo is asked for once, whatever is labeled, and the next ones are known before', async () => {
  const { session, queue, shown, current } = await openQueue(12)
  const seen: string[] = []
  while (seen.length < 12) {
    await shown()
    seen.push(current())
    queue.label([kindOf(current())])
    // The photo after it is there at once, so that nobody waits for the worker.
    if (seen.length > 1 && seen.length < 11)
      await vi.waitFor(() => expect(queue.snapshot().next.length).toBeGreaterThan(0), 10_000)
    // What guesses the labels has learned from the photos that wait, too.
    if (seen.length === 8)
      await vi.waitFor(() => expect(queue.snapshot().guesser?.labels).toEqual(['even', 'odd']), 10_000)
  }
  expect(new Set(seen).size).toBe(12)
  expect(queue.snapshot()).toMatchObject({ current: null, next: [], canUndo: true })
  expect(
    session
      .snapshot()
      .labels.map(({ name }) => name)
      .sort(),
  ).toEqual(['even', 'odd'])
  // The model has learned from them, in the worker.
  await vi.waitFor(() => expect(session.snapshot().model?.photos).toBe(12), 10_000)
  queue.close()
})

test('steps are taken back one by one: a label that came with one goes with it, and the photo is shown again', async () => {
  const { session, queue, shown, current } = await openQueue(4)
  const first = current()
  queue.label(['a mistake'])
  await shown()
  const second = current()
  expect(second).not.toBe(first)
  queue.skip()
  await shown()
  expect(queue.snapshot().last).toEqual({ kind: 'skipped' })
  queue.undo()
  expect([current(), queue.snapshot().last]).toEqual([second, { kind: 'unskipped' }])
  queue.undo()
  expect([current(), queue.snapshot().canUndo]).toEqual([first, false])
  expect([labelOf(session, first), session.snapshot().labels]).toEqual([null, []])
  // What was shown in its place comes next.
  queue.label(['right'])
  expect([current(), labelOf(session, first)]).toEqual([second, 'right'])
  queue.close()
})

test('skipped photos come last, and only when they are asked for again', async () => {
  const { session, queue, shown, current } = await openQueue(3)
  const skipped = current()
  queue.skip()
  for (const _ of [1, 2]) {
    await shown()
    expect(current()).not.toBe(skipped)
    queue.label(['other'])
  }
  expect(queue.snapshot().current).toBeNull()
  queue.askAgain()
  await shown()
  expect(current()).toBe(skipped)
  // Labeled on another part of the page, it isn't asked for anymore.
  const { photos, labels } = session.snapshot()
  session.movePhotos([photos.find(({ name }) => name === skipped)?.id ?? 0], labels[0]?.id ?? null)
  expect(queue.snapshot().current).toBeNull()
  queue.close()
})

test('photos that look alike are shown together, get one label, and are undone together', async () => {
  const { session, queue, current, name } = await openQueue(20)
  const kind = kindOf(current())
  await queue.setGroup(true)
  const group = (queue.snapshot().group ?? []).map(name)
  expect([group.length, group[0]]).toEqual([12, current()])
  // Its own kind is the first of them.
  expect(group.slice(0, 10).map(kindOf)).toEqual(Array<string>(10).fill(kind))
  const ids = (queue.snapshot().group ?? []).slice(0, 10)
  queue.label([kind], ids)
  expect(queue.snapshot().last).toEqual({ kind: 'labeled', photos: 10, labels: [kind] })
  queue.undo()
  expect(group.map((one) => labelOf(session, one))).toEqual(Array<null>(12).fill(null))
  expect((queue.snapshot().group ?? []).map(name)).toEqual(group.slice(0, 10))
  queue.close()
})

test('a photo gets several labels or none, is asked for once, is exported with all of them, and is undone as one', async () => {
  const { session, queue, shown, current } = await openQueue(6)
  session.setMultiLabel(true)
  const labelsOf = (name: string) => {
    const { photos, labels } = session.snapshot()
    return photos.filter((one) => one.name === name).map(({ label }) => labels.find(({ id }) => id === label)?.name)
  }
  const [first, seen] = [current(), new Set<string>()]
  queue.label(['one', 'two', 'three'])
  expect(labelsOf(first)).toEqual(['one', 'two', 'three'])
  queue.undo()
  expect([current(), session.snapshot().photos.length, session.snapshot().labels]).toEqual([first, 6, []])
  for (let at = 0; at < 6; at++) {
    await shown()
    seen.add(current())
    const none = current() === first
    queue.label(none ? [] : ['any', kindOf(current())])
  }
  expect(seen.size).toBe(6)
  const lines = (await exportLabels(session, 'jsonl').text()).trimEnd().split('\n')
  const expected = [...seen].map((name) => ({ file_name: name, labels: name === first ? [] : ['any', kindOf(name)] }))
  const byName = (a: { file_name: string }, b: { file_name: string }) => a.file_name.localeCompare(b.file_name)
  expect(lines.map((line) => JSON.parse(line)).sort(byName)).toEqual(expected.sort(byName))
  await vi.waitFor(() => expect(session.snapshot().model).toMatchObject({ photos: 6 }), 10_000)
  expect(session.snapshot().model?.head.multiLabel).toBeTruthy()
  queue.close()
})
