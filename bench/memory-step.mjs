// A process that runs the given number of steps of `npm run bench -- memory` and prints its private memory in bytes. In
// plain JavaScript, because a loader would count, too.
import { readFileSync } from 'node:fs'

const [steps, ...models] = process.argv.slice(2)
const WIDTH = 4000
const HEIGHT = 3000
const PHOTOS = 6
/** Node, sharp, ONNX Runtime and each model. */
const ALL = 3 + models.length

const { default: sharp } = Number(steps) > 0 ? await import('sharp') : {}
if (Number(steps) > 1) {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  globalThis.sessions = []
  for (const model of models.slice(0, Number(steps) - 2)) {
    const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 })
    const [input] = session.inputMetadata
    const dims = input.shape.map((side) => (side > 0 ? side : 1))
    const size = dims.reduce((product, side) => product * side)
    const data = input.type === 'uint8' ? new Uint8Array(size) : new Float32Array(size)
    await session.run({ [input.name]: new Tensor(input.type, data, dims) })
    globalThis.sessions.push(session)
  }
}
if (Number(steps) === ALL) {
  const photo = await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#777' } })
    .jpeg()
    .toBuffer()
  await Promise.all(Array.from({ length: PHOTOS }, () => sharp(photo).resize(240, 240).raw().toBuffer()))
}
const kilobytes = [...readFileSync('/proc/self/smaps_rollup', 'utf8').matchAll(/^Private_\w+:\s+(\d+)/gm)]
process.stdout.write(String(1024 * kilobytes.reduce((sum, [, amount]) => sum + Number(amount), 0)))
