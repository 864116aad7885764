import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from './commands'

const PHOTO = 'public/gallery/espresso.png'
const ASK_MS = 10_000

interface Status {
  status: string
  version: string
}

interface Reply {
  status: number
  text: string
}

/** Where a site is asked. */
export interface Site {
  url: string
  /**
   * The balancer that must answer, `web-123.eu-west-1.elb.amazonaws.com`: behind one domain there may be several regions, and the nearest one is not the one that was
   * deployed. Null for whoever answers.
   */
  balancer: string | null
}

/**
 * Asks the site itself what it is: SST calls a deployment a success that ECS has rolled back, and the load balancer answers then too, from the old tasks.
 *
 * @param patience milliseconds for the new version to answer
 * @throws Refusal where another version answers, or none
 */
export async function prove(site: Site, version: string, patience: number, every = 5_000): Promise<void> {
  const { url, balancer } = site
  const end = Date.now() + patience
  let last = 'nobody answers'
  for (;;) {
    const status = await statusOf(site)
    if (status?.version === version && status.status === 'ok') break
    if (status) last = faultOf(status, version)
    if (Date.now() + every > end) throw new Refusal(`${url} does not run ${version}: ${last}.`)
    await sleep(every)
  }
  console.log(`${url} runs ${version}${balancer === null ? '' : `, says ${balancer}`}.`)
  console.log(`It takes ${PHOTO} for ${await labelOf(site)}.`)
}

function faultOf(status: Status, version: string): string {
  if (status.version === version) return 'its models do not serve'
  return `it runs ${status.version}. ECS has gone back to the old tasks: see the log of the new ones`
}

async function statusOf(site: Site): Promise<Status | null> {
  try {
    const { status, text } = await ask(site, '/health/status', null, ASK_MS)
    return status === 200 ? (JSON.parse(text) as Status) : null
  } catch {
    return null
  }
}

async function labelOf(site: Site): Promise<string> {
  const { status, text } = await ask(site, '/api/classify', readFileSync(PHOTO), 60_000)
  const body = JSON.parse(text) as { predictions?: { label: string; score: number }[]; detail?: string }
  const [best] = body.predictions ?? []
  if (status !== 200 || !best)
    throw new Refusal(`${site.url} does not classify ${PHOTO}: ${status} ${body.detail ?? ''}`)
  return `${best.label} (${Math.round(100 * best.score)} %)`
}

/** A request to a site by its name and its certificate's, at the balancer that is meant. With a body as POST. */
function ask({ url, balancer }: Site, path: string, body: Buffer | null, timeout: number): Promise<Reply> {
  const { protocol, host, hostname, port } = new URL(url)
  const [at, atPort = port] = balancer === null ? [hostname, port] : balancer.split(':')
  const options = {
    host: at,
    port: atPort,
    path,
    method: body === null ? 'GET' : 'POST',
    headers: { host, ...(body === null ? {} : { 'content-length': body.length }) },
    servername: hostname,
    signal: AbortSignal.timeout(timeout),
  }
  return new Promise((resolve, reject) => {
    const { request } = protocol === 'https:' ? https : http
    const asked = request(options, async (reply) => {
      try {
        let text = ''
        for await (const chunk of reply.setEncoding('utf8')) text += chunk
        resolve({ status: reply.statusCode ?? 0, text })
      } catch (error) {
        reject(error)
      }
    })
    asked.once('error', reject).end(body)
  })
}
