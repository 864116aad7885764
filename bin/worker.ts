import { fileURLToPath } from 'node:url'
import { declareProduction, EnvironmentError } from '@/lib/server/config/environment'
import { runBatchWorker } from '@/lib/server/runtime/batch-worker'

// dist/worker.js stands one folder below the project's root; relative paths in the environment are from there.
process.chdir(fileURLToPath(new URL('..', import.meta.url)))
declareProduction()

runBatchWorker().catch((error: Error) => {
  const line = error instanceof EnvironmentError ? error.message : `cannot start: ${error.message}`
  process.stderr.write(`${line}\n`)
  process.exit(1)
})
