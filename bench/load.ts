// Sends photos to a server from a separate process and prints the measurements as JSON.
// tsx bench/load.ts --url http://… --side 500 --seconds 5 --clients 8 [--rate 100] [--body form]
import { Agent, request } from 'node:http'
import { parseArgs } from 'node:util'
import type { PhotoBody } from './measure'
import { photos } from './photos'

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: '' },
    side: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '5' },
    clients: { type: 'string', default: '8' },
    /**
     * Photos per second at even intervals, regardless of responses. Without it, each client sends after each response.
     */
    rate: { type: 'string' },
    /** How the photo is sent: see `PhotoBody`. */
    body: { type: 'string', default: 'bytes' },
  },
})
const clients = Number(values.clients)
const BODIES: Record<PhotoBody, { type: string; of(photo: Buffer): Buffer }> = {
  bytes: { type: 'application/octet-stream', of: (photo) => photo },
  form: { type: 'multipart/form-data; boundary=photo', of: asForm },
  gradio: { type: 'application/json', of: asGradio },
}
const { type, of } = BODIES[values.body as PhotoBody]
const bodies = (await photos(Number(values.side))).map(of)
const agent = new Agent({ keepAlive: true, maxSockets: values.rate ? Number.POSITIVE_INFINITY : clients })
const times: number[] = []
let errors = 0

function asForm(photo: Buffer): Buffer {
  const head = 'Content-Disposition: form-data; name="request"; filename="photo.jpg"\r\nContent-Type: image/jpeg'
  return Buffer.concat([Buffer.from(`--photo\r\n${head}\r\n\r\n`), photo, Buffer.from('\r\n--photo--\r\n')])
}

function asGradio(photo: Buffer): Buffer {
  const url = `data:image/jpeg;base64,${photo.toString('base64')}`
  return Buffer.from(JSON.stringify({ data: [{ url, meta: { _type: 'gradio.FileData' } }] }))
}

/** Sends photo `i`. Its time is measured from `start`, when it was due. */
function post(i: number, start = performance.now()): Promise<void> {
  const body = bodies[i % bodies.length] as Buffer
  return new Promise((resolve) => {
    const headers = { 'content-type': type, 'content-length': body.length }
    const call = request(values.url, { method: 'POST', agent, headers }, (reply) => {
      reply.resume().on('end', () => {
        if (reply.statusCode === 200) times.push(performance.now() - start)
        else errors++
        resolve()
      })
    })
    call.on('error', () => {
      errors++
      resolve()
    })
    call.end(body)
  })
}

async function client(first: number, until: number): Promise<void> {
  for (let i = first; performance.now() < until; i++) await post(i)
}

async function evenly(rate: number, start: number, until: number): Promise<void> {
  const sent: Promise<void>[] = []
  for (let due = start; due < until; due = start + (1000 * sent.length) / rate) {
    const early = due - performance.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
    sent.push(post(sent.length, due))
  }
  await Promise.all(sent)
}

const cpu = process.cpuUsage()
const start = performance.now()
const until = start + 1000 * Number(values.seconds)
if (values.rate) await evenly(Number(values.rate), start, until)
else await Promise.all(Array.from({ length: clients }, (_, i) => client(i, until)))
const elapsed = (performance.now() - start) / 1000
const { user, system } = process.cpuUsage(cpu)
times.sort((a, b) => a - b)
const quantile = (q: number) => times[Math.min(times.length - 1, Math.floor(q * times.length))]
console.log(
  JSON.stringify({
    photos: times.length,
    errors,
    perSecond: times.length / elapsed,
    p50: quantile(0.5),
    p99: quantile(0.99),
    /** Share of one core that this process used. */
    cpu: (user + system) / 1e6 / elapsed,
  }),
)
agent.destroy()
