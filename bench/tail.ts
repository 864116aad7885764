// npm run bench -- tail: how long photos take that arrive evenly, at 80 % of what the server can do: p50, p99, and their
// ratio, for `--seconds 60`, `--runs 3`, and each of `--sides 500,1600,4000`. The capacity is measured before each run.
// After each, a server that only computes for as long gets as many requests: its ratio is what the machine adds.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { startServer } from '../tests/support/server'
import { machine, slowForInt8 } from './machine'
import { CLIENTS, type Load, load, STEADY_LOAD, type Target, WORKERS } from './measure'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    seconds: { type: 'string', default: '60' },
    runs: { type: 'string', default: '3' },
    sides: { type: 'string', default: '500,1600,4000' },
  },
})
const CAPACITY_SECONDS = 5
const GOAL = 2.5
const COLUMNS = ['side', 'photos/s', 'p50 ms', 'p99 ms', 'ratio', 'only computing']

const row = (cells: readonly string[]) => cells.map((cell) => cell.padStart(10)).join(' ')
const ratio = ({ p50, p99 }: Load) => (p99 / p50).toFixed(2)

const seconds = Number(values.seconds)

const capacity = async (target: Pick<Target, 'url'>, side: number) =>
  (await load(target, side, { seconds: CAPACITY_SECONDS, clients: CLIENTS })).perSecond

/** Loads a server that computes as long for each request, at the same share of its own capacity. */
async function onlyComputing(side: number, perSecond: number): Promise<Load> {
  const env = { ...process.env, BUSY_THREADS: String(WORKERS), BUSY_MS: String((1000 * WORKERS) / perSecond) }
  const child: ChildProcess = fork('bench/busy-server.mjs', { env })
  try {
    const [port] = (await once(child, 'message')) as [number]
    const target = { url: `http://127.0.0.1:${port}` }
    return await load(target, side, { seconds, rate: STEADY_LOAD * (await capacity(target, side)) })
  } finally {
    child.kill()
  }
}

const server = await startServer({ env: { LOG_LEVEL: 'warn', ENGINE_WORKERS: String(WORKERS) } })
const target = { url: `${server.url}/api/classify` }
try {
  console.log(`${machine()}\n${[slowForInt8(), ''].filter(Boolean).join('\n')}
${STEADY_LOAD * 100} % of the capacity for ${seconds} s each; goal: p99 ≤ ${GOAL} × p50

${row(COLUMNS)}`)
  for (const side of values.sides.split(',').map(Number)) {
    await capacity(target, side)
    for (let run = 0; run < Number(values.runs); run++) {
      const perSecond = await capacity(target, side)
      const rate = STEADY_LOAD * perSecond
      const ours = await load(target, side, { seconds, rate })
      const floor = await onlyComputing(side, perSecond)
      const [p50, p99] = [ours.p50.toFixed(1), ours.p99.toFixed(1)]
      console.log(row([`${side} px`, rate.toFixed(0), p50, p99, ratio(ours), ratio(floor)]))
    }
  }
} finally {
  await server.stop()
}
