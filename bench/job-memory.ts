// npm run bench -- job-memory: the memory of a server and its worker processes while a job of many photos runs: JavaScript
// objects of the server after a garbage collection, and resident memory. Options: --photos 12000 (small ones), --steps 6
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { REAL_MODEL } from '../tests/support/models'
import { startServer, type TestServer } from '../tests/support/server'
import { distinct, job } from './job'
import { machine } from './machine'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { photos: { type: 'string', default: '12000' }, steps: { type: 'string', default: '6' } },
})
const PHOTOS = Number(values.photos)
const STEP = PHOTOS / Number(values.steps)

const residentMegabytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000

/** Megabytes of JavaScript objects and buffers that the server needs. */
async function needed(server: TestServer): Promise<number> {
  const before = server.output().length
  process.kill(server.pid, 'SIGUSR2')
  for (;;) {
    const found = /heap (\d+)/.exec(server.output().slice(before))
    if (found) return Number(found[1]) / 1e6
    await new Promise((next) => setTimeout(next, 5))
  }
}

const photo = await sharp('public/gallery/koala.webp').resize(96).jpeg().toBuffer()
const server = await startServer({
  env: { ...REAL_MODEL, ENGINE_WORKERS: '2', NODE_OPTIONS: `--require ${resolve('bench/memory-hook.cjs')}` },
})
try {
  console.log(`${machine()}\n\n  photos   objects  per 1,000   resident  of the workers`)
  let [next, last] = [STEP, null as { photos: number; megabytes: number } | null]
  let measuring = Promise.resolve()
  async function measure(photos: number): Promise<void> {
    const megabytes = await needed(server)
    const slope = last ? (1000 * (megabytes - last.megabytes)) / (photos - last.photos) : null
    last = { photos, megabytes }
    const resident = residentMegabytes(server.pid).toFixed(0)
    const workers = server.workers().map((pid) => residentMegabytes(pid).toFixed(0))
    const cells = [`${megabytes.toFixed(2)} MB`, slope === null ? '' : `${slope.toFixed(2)} MB`, `${resident} MB`]
    console.log(
      `${String(photos).padStart(8)}${cells.map((cell) => cell.padStart(11)).join('')}  ${workers.join(' and ')} MB`,
    )
  }
  await job(server, distinct([photo], PHOTOS), {
    watch(done) {
      if (done < next) return
      next += STEP
      measuring = measuring.then(() => measure(done))
    },
  })
  await measuring
} finally {
  await server.stop()
}
