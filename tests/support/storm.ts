import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { classify } from './http'
import { espresso } from './photos'
import type { TestServer } from './server'

const CLIENTS = 8
const SIGNALS = ['SIGKILL', 'SIGSEGV'] as const

/** Repeatedly kills a worker, alternating SIGKILL and SIGSEGV, while clients send photos. */
export async function storm(
  server: TestServer,
  kills: number,
): Promise<{ kills: number; answered: number; refused: number }> {
  let over = false
  let [answered, refused] = [0, 0]
  async function client(): Promise<void> {
    while (!over) {
      const reply = await classify(server.url, espresso)
      const json = (await reply.json()) as { code?: string; predictions?: { label: string }[] }
      if (reply.status === 200) {
        expect(json.predictions?.[0]?.label).toBe('espresso')
        answered++
      } else {
        expect([reply.status, json.code]).toEqual([503, 'not_ready'])
        refused++
      }
    }
  }
  const clients = Promise.all(Array.from({ length: CLIENTS }, client))
  for (let kill = 0; kill < kills; kill++) {
    // Irregular intervals, out of step with everything else.
    await sleep(700 + ((kill * 137) % 600))
    const workers = server.workers()
    const victim = workers[kill % workers.length]
    if (victim) process.kill(victim, SIGNALS[kill % SIGNALS.length])
  }
  over = true
  await clients
  return { kills, answered, refused }
}
