// npm run bench -- tail: how long photos take that arrive evenly, at 80 % of what the server can do: p50, p99, and their
// ratio, for `--seconds 60`, `--runs 3`, and each of `--sides 500,1600,4000`. The capacity is measured before each run.
import { parseArgs } from 'node:util'
import { startServer } from '../tests/support/server'
import { machine, slowForInt8 } from './machine'
import { CLIENTS, load, STEADY_LOAD, WORKERS } from './measure'

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

const server = await startServer({ env: { LOG_LEVEL: 'warn', ENGINE_WORKERS: String(WORKERS) } })
const target = { url: `${server.url}/api/classify` }
try {
  console.log(`${machine()}\n${[slowForInt8(), ''].filter(Boolean).join('\n')}
${STEADY_LOAD * 100} % of the capacity for ${values.seconds} s each; goal: p99 ≤ ${GOAL} × p50

   side   photos/s    p50 ms    p99 ms     ratio`)
  for (const side of values.sides.split(',').map(Number)) {
    await load(target, side, { seconds: CAPACITY_SECONDS, clients: CLIENTS })
    for (let run = 0; run < Number(values.runs); run++) {
      const { perSecond } = await load(target, side, { seconds: CAPACITY_SECONDS, clients: CLIENTS })
      const rate = STEADY_LOAD * perSecond
      const { p50, p99 } = await load(target, side, { seconds: Number(values.seconds), rate })
      const cells = [`${side} px`, rate.toFixed(0), p50.toFixed(1), p99.toFixed(1), (p99 / p50).toFixed(2)]
      console.log(cells.map((cell) => cell.padStart(9)).join(' '))
    }
  }
} finally {
  await server.stop()
}
