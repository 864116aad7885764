import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from './commands'

const PHOTO = 'public/gallery/espresso.png'
const ASK_MS = 10_000

interface Status {
  status: string
  version: string
}

/**
 * Asks the site itself what it is: SST calls a deployment a success that ECS has rolled back, and the load balancer answers then too, from the old tasks.
 *
 * @param patience milliseconds for the new version to answer
 * @throws Refusal where another version answers, or none
 */
export async function prove(url: string, version: string, patience: number, every = 5_000): Promise<void> {
  const end = Date.now() + patience
  let last = 'nobody answers'
  for (;;) {
    const status = await statusOf(url)
    if (status?.version === version && status.status === 'ok') break
    if (status) last = status.version === version ? 'its models do not serve' : `it runs ${status.version}`
    if (Date.now() + every > end) {
      const rolledBack =
        status && status.version !== version ? ' ECS has gone back to the old tasks: see the log of the new ones.' : ''
      throw new Refusal(`${url} does not run ${version}: ${last}.${rolledBack}`)
    }
    await sleep(every)
  }
  console.log(`${url} runs ${version}.`)
  console.log(`It takes ${PHOTO} for ${await labelOf(url)}.`)
}

async function statusOf(url: string): Promise<Status | null> {
  try {
    const reply = await fetch(new URL('/health/status', url), { signal: AbortSignal.timeout(ASK_MS) })
    return reply.ok ? ((await reply.json()) as Status) : null
  } catch {
    return null
  }
}

async function labelOf(url: string): Promise<string> {
  const reply = await fetch(new URL('/api/classify', url), {
    method: 'POST',
    body: readFileSync(PHOTO),
    signal: AbortSignal.timeout(60_000),
  })
  const body = (await reply.json()) as { predictions?: { label: string; score: number }[]; detail?: string }
  const [best] = body.predictions ?? []
  if (!reply.ok || !best) throw new Refusal(`${url} does not classify ${PHOTO}: ${reply.status} ${body.detail ?? ''}`)
  return `${best.label} (${Math.round(100 * best.score)} %)`
}
