// Sends photos to a server from a process of its own, and prints what it measured as JSON.
// tsx bench/load.ts <url> <side> <seconds> <clients>
import { Agent, request } from 'node:http'
import { photos } from './photos'

const [url = '', side = '500', seconds = '5', clients = '8'] = process.argv.slice(2)
const bodies = await photos(Number(side))
const agent = new Agent({ keepAlive: true, maxSockets: Number(clients) })
const times: number[] = []
let errors = 0

function post(body: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const start = performance.now()
    const call = request(
      `${url}/api/classify`,
      { method: 'POST', agent, headers: { 'content-length': body.length } },
      (reply) => {
        reply.resume().on('end', () => {
          if (reply.statusCode === 200) times.push(performance.now() - start)
          else errors++
          resolve()
        })
      },
    )
    call.on('error', () => {
      errors++
      resolve()
    })
    call.end(body)
  })
}

async function client(first: number, until: number): Promise<void> {
  for (let i = first; performance.now() < until; i++) await post(bodies[i % bodies.length] as Buffer)
}

const start = performance.now()
const until = start + 1000 * Number(seconds)
await Promise.all(Array.from({ length: Number(clients) }, (_, i) => client(i, until)))
const elapsed = (performance.now() - start) / 1000
times.sort((a, b) => a - b)
const quantile = (q: number) => times[Math.min(times.length - 1, Math.floor(q * times.length))]
console.log(
  JSON.stringify({
    photos: times.length,
    errors,
    perSecond: times.length / elapsed,
    p50: quantile(0.5),
    p99: quantile(0.99),
  }),
)
agent.destroy()
