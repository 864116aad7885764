import { cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FULL } from './full'
import { classify } from './http'
import { espresso } from './photos'
import type { TestServer } from './server'

/** Adds and removes a model repeatedly while clients send photos; returns the outcomes. */
export async function comeAndGo(
  server: TestServer,
  folder: string,
  times: number,
  each: () => void = () => {},
): Promise<{ answered: number; failed: string[] }> {
  let running = true
  let answered = 0
  const failed: string[] = []
  async function client(): Promise<void> {
    while (running) {
      const reply = await classify(server.url, espresso)
      const text = await reply.text()
      if (reply.status === 200 && text.includes('"espresso"')) answered++
      else failed.push(`${reply.status} ${text}`)
    }
  }
  const clients = Array.from({ length: FULL ? 4 : 2 }, client)
  for (let i = 0; i < times; i++) {
    cpSync(join(folder, 'efficientnet-lite0-int8'), join(folder, '.coming'), { recursive: true })
    renameSync(join(folder, '.coming'), join(folder, 'newcomer'))
    await until(async () => (await classify(server.url, espresso, { query: '?model=newcomer' })).status === 200)
    renameSync(join(folder, 'newcomer'), join(folder, '.gone'))
    rmSync(join(folder, '.gone'), { recursive: true })
    await until(async () => (await classify(server.url, espresso, { query: '?model=newcomer' })).status === 404)
    each()
  }
  running = false
  await Promise.all(clients)
  return { answered, failed }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const start = Date.now(); !(await holds()); await sleep(50)) {
    if (Date.now() - start > 20_000) throw new Error('timed out waiting for a condition')
  }
}
