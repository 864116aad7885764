// Opens a model as it is or with its embedding declared, and prints the memory of this process. Started by embed.ts.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { readOnnxGraph } from '@/lib/server/catalog/onnx/read-graph'
import { openSession } from '@/lib/server/engine/worker/open-session'

const [file = '', how] = process.argv.slice(2)
const graph = readOnnxGraph(file, basename(file))
if (how === 'declared') await openSession(file, graph, 'cpu')
else await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 })
const [, peak] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
console.log(`${(process.memoryUsage.rss() / 1e6).toFixed(1)} MB, ${(Number(peak) * 1.024e-3).toFixed(1)} MB`)
process.exit(0)
