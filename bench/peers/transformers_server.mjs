// transformers.js behind node:http, with one process per worker and one thread per run.
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import { dirname } from 'node:path'

if (cluster.isPrimary) {
  for (let i = 0; i < Number(process.env.BENCH_WORKERS); i++) cluster.fork()
} else {
  const { env, pipeline, RawImage } = await import('@huggingface/transformers')
  env.allowRemoteModels = false
  env.localModelPath = dirname(process.env.BENCH_MODEL)
  const classify = await pipeline('image-classification', 'model', {
    dtype: 'fp32',
    session_options: { intraOpNumThreads: 1 },
  })
  createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const top = chunks.length ? await classify(await RawImage.fromBlob(new Blob(chunks)), { top_k: 5 }) : []
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ top }))
  }).listen(Number(process.env.PORT))
}
