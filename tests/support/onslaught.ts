import { expect } from 'vitest'
import { classify } from './http'
import { damagedPhotos } from './mutate'
import type { TestServer } from './server'

/**
 * Sends damaged photos (or others), eight at a time, and asserts that each gets a result or a proper error. Returns
 * the count of each outcome.
 */
export async function onslaught(
  server: TestServer,
  count: number,
  seed: number,
  photos = damagedPhotos(seed),
): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {}
  let sent = 0
  async function client(): Promise<void> {
    while (sent < count) {
      const number = sent++
      const reply = await classify(server.url, (await photos.next()).value as Buffer)
      const { code = 'ok' } = (await reply.json()) as { code?: string }
      const outcome = `${reply.status} ${code}`
      if (reply.status >= 500 && code !== 'deadline_exceeded')
        expect.fail(`photo ${number} of seed ${seed}: ${outcome}`)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: 8 }, client))
  return outcomes
}
