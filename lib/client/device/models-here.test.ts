import { expect, test } from 'vitest'
import { ModelsHere } from './models-here'

class Session {
  closed = false
  constructor(readonly name: string) {}
  async close() {
    this.closed = true
  }
}

/** Models that open when the test says so. */
function waiting() {
  const opened: Session[] = []
  const loading = new Map<string, { finish(): void; progress(bytes: number): void; signal: AbortSignal }>()
  const models = new ModelsHere<Session>(
    (name, signal, onProgress) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        const finish = () => {
          const session = new Session(name)
          opened.push(session)
          resolve(session)
        }
        loading.set(name, { finish, signal, progress: (bytes) => onProgress(bytes, 10) })
      }),
  )
  return { models, opened, loading }
}

function ready() {
  const opened: Session[] = []
  const models = new ModelsHere<Session>(async (name) => {
    const session = new Session(name)
    opened.push(session)
    return session
  })
  return { models, opened, open: () => opened.filter(({ closed }) => !closed).map(({ name }) => name) }
}

const wanted = new AbortController().signal
const noProgress = () => {}

test('keeps three models open, and closes the one that was not used for longest', async () => {
  const { models, opened, open } = ready()
  const use = (name: string) => models.use(name, wanted, noProgress, async (session) => session.name)
  for (const name of ['a', 'b', 'c', 'a', 'd']) expect(await use(name)).toBe(name)
  expect(open()).toEqual(['a', 'c', 'd'])
  await use('b')
  expect(open()).toEqual(['a', 'd', 'b'])
  expect(opened.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'b'])
})

test('closes no model that is in use, however many others are opened', async () => {
  const { models, open } = ready()
  let finish = () => {}
  const long = models.use('a', wanted, noProgress, async (session) => {
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    return session.closed
  })
  for (const name of ['b', 'c', 'd', 'e']) await models.use(name, wanted, noProgress, async () => {})
  expect(open()).toEqual(['a', 'd', 'e'])
  finish()
  expect(await long).toBe(false)
})

test('ends a download only when nobody waits for it anymore', async () => {
  const { models, loading, opened } = waiting()
  const controllers = [new AbortController(), new AbortController()]
  const received: number[] = []
  const uses = controllers.map(({ signal }) =>
    models.use(
      'a',
      signal,
      (bytes) => received.push(bytes),
      async () => 'used',
    ),
  )
  loading.get('a')?.progress(5)
  controllers[0]?.abort('withdrawn')
  loading.get('a')?.progress(7)
  expect(received).toEqual([5, 5, 7])
  expect(loading.get('a')?.signal.aborted).toBe(false)
  controllers[1]?.abort('withdrawn')
  expect(loading.get('a')?.signal.aborted).toBe(true)
  for (const use of uses) await expect(use).rejects.toBe('withdrawn')
  // Whoever comes next begins anew.
  const next = models.use('a', wanted, noProgress, async (session) => session.name)
  loading.get('a')?.finish()
  expect(await next).toBe('a')
  expect(opened).toHaveLength(1)
})

test('tries again after a failure', async () => {
  let tries = 0
  const models = new ModelsHere<Session>(async (name) => {
    if (tries++ === 0) throw new Error('no network')
    return new Session(name)
  })
  const use = () => models.use('a', wanted, noProgress, async (session) => session.name)
  await expect(use()).rejects.toThrow('no network')
  expect(await use()).toBe('a')
})
