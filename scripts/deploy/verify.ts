import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from './commands'

const PHOTO = 'public/gallery/espresso.png'
const STATUS_TIMEOUT_MS = 10_000
const CLASSIFY_TIMEOUT_MS = 60_000

interface Status {
  status: string
  version: string
}

interface Reply {
  status: number
  text: string
  /** `Set-Cookie` headers. */
  cookies: readonly string[]
}

/** The site to verify. */
export interface Site {
  url: string
  /**
   * The load balancer to send requests to, such as `web-123.eu-west-1.elb.amazonaws.com`. A domain can have several
   * regions, and the nearest one may not be the one that was deployed. Null to use the address in the URL.
   */
  balancer: string | null
}

/**
 * Verifies that the site runs the deployed version. SST reports success for a deployment that ECS has rolled back, and
 * the load balancer still responds then, from the old tasks.
 *
 * @param timeout milliseconds until the new version must respond
 * @throws Refusal if another version or none responds
 */
export async function verifySite(site: Site, version: string, timeout: number, interval = 5_000): Promise<void> {
  const { url, balancer } = site
  const end = Date.now() + timeout
  let last = 'it does not respond'
  for (;;) {
    const status = await statusOf(site)
    if (status?.version === version && status.status === 'ok') break
    if (status) last = faultOf(status, version)
    if (Date.now() + interval > end) throw new Refusal(`${url} does not run ${version}: ${last}.`)
    await sleep(interval)
  }
  console.log(`${url} runs ${version}${balancer === null ? '' : `, according to ${balancer}`}.`)
  console.log(`It classifies ${PHOTO} as ${await labelOf(site)}.`)
}

function faultOf(status: Status, version: string): string {
  if (status.version === version) return 'its models are not serving'
  return `it runs ${status.version}. ECS has rolled back to the old tasks. Check the log of the new ones`
}

async function statusOf(site: Site): Promise<Status | null> {
  try {
    const { status, text } = await send(site, '/health/status', null, STATUS_TIMEOUT_MS)
    return status === 200 ? (JSON.parse(text) as Status) : null
  } catch {
    return null
  }
}

/** Classifies a photo as a page of the site does, which needs no key. */
async function labelOf(site: Site): Promise<string> {
  const photo = readFileSync(PHOTO)
  const open = await send(site, '/api/classify', photo, CLASSIFY_TIMEOUT_MS)
  const { status, text } =
    open.status === 401 ? await send(site, '/api/classify', photo, CLASSIFY_TIMEOUT_MS, await pageHeaders(site)) : open
  const body = JSON.parse(text) as { predictions?: { label: string; score: number }[]; detail?: string }
  const [best] = body.predictions ?? []
  if (status !== 200 || !best)
    throw new Refusal(`${site.url} does not classify ${PHOTO}: ${status} ${body.detail ?? ''}`)
  return `${best.label} (${Math.round(100 * best.score)}%)`
}

/** The headers with which pages use an API that requires keys: the session that comes with a page. */
async function pageHeaders(site: Site): Promise<Record<string, string>> {
  const { cookies } = await send(site, '/', null, STATUS_TIMEOUT_MS)
  return { origin: new URL(site.url).origin, cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') }
}

/** Sends a request to the given load balancer with the site's host name and certificate. With a body, it is a POST. */
function send(
  { url, balancer }: Site,
  path: string,
  body: Buffer | null,
  timeout: number,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const { protocol, host, hostname, port } = new URL(url)
  const [at, atPort = port] = balancer === null ? [hostname, port] : balancer.split(':')
  const options = {
    host: at,
    port: atPort,
    path,
    method: body === null ? 'GET' : 'POST',
    headers: { ...headers, host, ...(body === null ? {} : { 'content-length': body.length }) },
    servername: hostname,
    signal: AbortSignal.timeout(timeout),
  }
  return new Promise((resolve, reject) => {
    const { request } = protocol === 'https:' ? https : http
    const outgoing = request(options, async (reply) => {
      try {
        let text = ''
        for await (const chunk of reply.setEncoding('utf8')) text += chunk
        resolve({ status: reply.statusCode ?? 0, text, cookies: reply.headers['set-cookie'] ?? [] })
      } catch (error) {
        reject(error)
      }
    })
    outgoing.once('error', reject).end(body)
  })
}
