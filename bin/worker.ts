import { fileURLToPath } from 'node:url'
import { declareProduction, EnvironmentError } from '@/lib/server/config/environment'
import { runBatchWorker } from '@/lib/server/runtime/batch-worker'

// dist/worker.js is one folder below the project root; relative paths in the environment are resolved from there.
process.chdir(fileURLToPath(new URL('..', import.meta.url)))
declareProduction()

runBatchWorker().catch((error: Error) => {
  const line = error instanceof EnvironmentError ? error.message : `cannot start: ${error.message}`
  process.stderr.write(`${line}\n`)
  process.exit(1)
})
