import { toBase64 } from '@/lib/server/embeddings/vector'
import { startServer } from '../tests/support/server'
import { madeUp } from './made-up-examples'
import { load } from './measure'

const SIDE = 500
const SINGLE_REQUESTS = { rate: 10, seconds: 20 }
/** As much as a visitor may teach, and some: training it takes several seconds. */
const EXAMPLES = { labels: 40, perLabel: 50 }
/** The order evens out what else the machine does. */
const ROUNDS = ['alone', 'training', 'training', 'alone'] as const

/** Latency of single requests while models are trained one after another, compared with an idle server. */
export async function besideTraining(): Promise<void> {
  const server = await startServer({ env: { LOG_LEVEL: 'warn' } })
  const examples = madeUp(EXAMPLES.labels, EXAMPLES.perLabel).map(({ embedding, kinds, ...example }) => ({
    ...example,
    embedding: toBase64(embedding),
    kinds: kinds && toBase64(kinds),
  }))
  let trained = 0
  async function trainUntil(ended: () => boolean): Promise<void> {
    while (!ended()) {
      const reply = await fetch(`${server.url}/api/models`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ title: `Bench ${trained}`, examples }),
      })
      if (reply.status !== 201) throw new Error(await reply.text())
      trained++
    }
  }
  const single = () => load({ url: `${server.url}/api/classify` }, SIDE, SINGLE_REQUESTS)
  await single()
  const measured: Record<(typeof ROUNDS)[number], Awaited<ReturnType<typeof single>>[]> = { alone: [], training: [] }
  for (const round of ROUNDS) {
    let ended = round === 'alone'
    const training = trainUntil(() => ended)
    measured[round].push(await single())
    ended = true
    await training
  }
  await server.stop()
  const mean = (round: (typeof ROUNDS)[number], pick: (one: { p50: number; p99: number }) => number) =>
    measured[round].reduce((sum, one) => sum + pick(one), 0) / measured[round].length
  const change = (pick: (one: { p50: number; p99: number }) => number) =>
    `${mean('alone', pick).toFixed(1)} → ${mean('training', pick).toFixed(1)} ms`
  const ratio = (mean('training', ({ p99 }) => p99) / mean('alone', ({ p99 }) => p99)).toFixed(2)
  console.log(
    `single requests, ${SINGLE_REQUESTS.rate}/s, while ${trained} models with ${EXAMPLES.labels} × ${EXAMPLES.perLabel} examples are trained: p50 ${change(({ p50 }) => p50)}, p99 ${change(({ p99 }) => p99)}, ratio ${ratio}`,
  )
}
