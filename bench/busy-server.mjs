// A server that only computes: `BUSY_MS` milliseconds of one core for each request, on as many threads as `BUSY_THREADS`,
// first in, first out. What its slowest responses take beyond that is the machine's doing.
import { createServer } from 'node:http'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

/** Work of a fixed amount, not of a fixed time: it takes longer where the machine is slower. */
function spin(rounds) {
  let x = 1
  for (let i = 0; i < rounds; i++) x = (x * 1103515245 + 12345) & 0x7fffffff
  return x
}

const CALIBRATION_ROUNDS = 20_000_000

function roundsPerMs() {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now()
    spin(CALIBRATION_ROUNDS)
    return performance.now() - start
  })
  return CALIBRATION_ROUNDS / Math.min(...times)
}

if (isMainThread) {
  const waiting = []
  const free = []
  const next = () => {
    while (free.length > 0 && waiting.length > 0) {
      const worker = free.pop()
      worker.response = waiting.shift()
      worker.postMessage(null)
    }
  }
  for (let i = 0; i < Number(process.env.BUSY_THREADS); i++) {
    const worker = new Worker(new URL(import.meta.url))
    worker.on('message', () => {
      worker.response?.end('done')
      free.push(worker)
      next()
    })
  }
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      waiting.push(response)
      next()
    })
  })
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
  process.on('disconnect', () => process.exit())
} else {
  const rounds = Number(process.env.BUSY_MS) * roundsPerMs()
  parentPort.on('message', () => {
    spin(rounds)
    parentPort.postMessage(null)
  })
  parentPort.postMessage(null)
}
