import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { colorPhoto, colorPhotos, formWith, type Reply, send } from '../support/colors'
import { NO_DISK, openDisk } from '../support/disk'
import { openFaults } from '../support/faults'
import { TINY_MODEL } from '../support/models'
import { NO_COMPILER } from '../support/preload'
import { startServer, type TestServer } from '../support/server'

/** A custom model is saved completely or not at all, whatever happens meanwhile. */

let data: string
let server: TestServer
let env: Record<string, string>
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'custom-'))
  env = { ...TINY_MODEL, DATA_DIR: data, LOG_LEVEL: 'warn' }
})
afterEach(async () => {
  await server.stop()
  rmSync(data, { recursive: true, force: true })
})

/** A server that has loaded its models. */
async function startReady(): Promise<TestServer> {
  const started = await startServer({ env })
  await vi.waitFor(async () => expect((await send(started, 'GET', '/health/ready')).status).toBe(200), 20_000)
  return started
}

const ID = 'saved'
const create = async () => send(server, 'POST', '/api/models', formWith({ id: ID }, await colorPhotos()))
/** Teaches one more photo. */
async function teach(seed: number, at = server): Promise<Reply> {
  const photo = new Map([[`yellow/${seed}.png`, await colorPhoto('yellow', seed)]])
  return send(at, 'POST', `/api/models/${ID}/examples`, formWith({}, photo))
}

interface State {
  revision: string
  examples: number
  steps: number
}

/** What the server has of the model, after it has shown that this is whole. */
async function whole(at = server): Promise<State> {
  const { models } = (await send(at, 'GET', '/api/models')).body
  expect(models.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([
    ['tiny', 'ready'],
    [ID, 'ready'],
  ])
  const { model, evaluation, history } = (await send(at, 'GET', `/api/models/${ID}`)).body
  const { body } = await send(at, 'POST', `/api/classify?model=${ID}`, await colorPhoto('green', 99))
  expect([body.model?.revision, body.predictions?.[0].label]).toEqual([model.revision, 'green'])
  expect(body.predictions).toHaveLength(evaluation.labels.length)
  for (const name of ['config.json', 'head.safetensors', 'examples.safetensors', 'README.md'])
    expect((await send(at, 'GET', `/api/models/${ID}/files/${name}`)).status, name).toBe(200)
  return { revision: model.revision, examples: evaluation.examples, steps: history.length }
}

/** The history has the latest steps. */
const MAX_STEPS = 20

/** It is as it was, or has what was saved. Returns whether it has. */
function changed(old: State, now: State, where: string): boolean {
  const isNew = now.revision !== old.revision
  expect(now.examples, where).toBe(old.examples + (isNew ? 1 : 0))
  expect(now.steps, where).toBe(Math.min(MAX_STEPS, old.steps + (isNew ? 1 : 0)))
  return isNew
}

test('after a kill at any step of a save, the model is as before or as after it, and the next save works', async ({
  skip,
}) => {
  const faults = openFaults(join(data, 'models'))
  if (!faults) return skip(NO_COMPILER)
  Object.assign(env, faults.env)
  server = await startReady()
  try {
    expect((await create()).status).toBe(201)
    const outcomes: boolean[] = []
    for (let [at, happened] = [1, true]; happened; at++) {
      const old = await whole()
      const ended = once(server.child, 'exit')
      faults.arm(at, 'kill')
      const saved = await Promise.race([teach(2 * at).catch(() => null), ended.then(() => null)])
      happened = faults.disarm().happened
      if (happened) {
        await ended
        server = await startReady()
      }
      const isNew = changed(old, await whole(), `killed at ${at}`)
      if (saved?.status === 201) expect(isNew).toBe(true)
      outcomes.push(isNew)
      expect((await teach(2 * at + 1)).status).toBe(201)
    }
    console.log(`killed at ${outcomes.length - 1} steps; from step ${outcomes.indexOf(true) + 1} on, it was saved`)
    expect(outcomes.indexOf(true)).toBeGreaterThan(20)
  } finally {
    faults.remove()
  }
})

test.for(['ENOSPC', 'EIO', 'EMFILE'] as const)('after %s at any step of a save, too', async (code, { skip }) => {
  const faults = openFaults(join(data, 'models'))
  if (!faults) return skip(NO_COMPILER)
  Object.assign(env, faults.env)
  server = await startReady()
  try {
    expect((await create()).status).toBe(201)
    for (let [at, happened] = [1, true]; happened; at++) {
      const old = await whole()
      faults.arm(at, code)
      const saved = await teach(at)
      happened = faults.disarm().happened
      if (saved.status !== 201)
        expect(['storage_full', 'not_ready'], `${code} at ${at}: ${faults.calls()[at - 1]}`).toContain(saved.body.code)
      const isNew = changed(old, await whole(), `${code} at ${at}`)
      if (saved.status === 201) expect(isNew).toBe(true)
    }
  } finally {
    faults.remove()
  }
})

test('a full disk refuses a save and keeps the model; with space again, it is saved', async ({ skip }) => {
  const disk = openDisk('size=4m')
  if (disk === null) return skip(NO_DISK)
  env.DATA_DIR = disk.folder
  server = await startReady()
  try {
    expect((await create()).status).toBe(201)
    const old = await whole()
    const free = disk.fill()
    const refused = await teach(1)
    expect([refused.status, refused.body.code]).toEqual([507, 'storage_full'])
    expect(await whole()).toEqual(old)
    free()
    expect((await teach(1)).status).toBe(201)
    expect(await whole()).toMatchObject({ examples: old.examples + 1, steps: old.steps + 1 })
    const left = readdirSync(join(disk.folder, 'models'), { recursive: true }).map(String)
    expect(left.filter((name) => name.endsWith('.new'))).toEqual([])
  } finally {
    await server.stop()
    disk.remove()
  }
})

test('of saves at once, on two servers with one folder, none loses what another has saved', async () => {
  server = await startReady()
  const other = await startReady()
  try {
    expect((await create()).status).toBe(201)
    await vi.waitFor(() => whole(other), 20_000)
    for (let round = 0; round < 10; round++) {
      const old = await whole()
      const replies = await Promise.all([server, other, server, other].map((at, i) => teach(4 * round + i, at)))
      const saved = replies.filter(({ status }) => status === 201).length
      for (const { status, body } of replies) if (status !== 201) expect([status, body.code]).toEqual([409, 'conflict'])
      expect(saved).toBeGreaterThan(0)
      const now = await whole()
      expect(now.examples).toBe(old.examples + saved)
      await vi.waitFor(async () => expect(await whole(other)).toEqual(now), 20_000)
    }
  } finally {
    await other.stop()
  }
})
