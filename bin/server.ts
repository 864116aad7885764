import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { consoleToLog } from '@/lib/server/console-lines'
import { declareProduction, EnvironmentError } from '@/lib/server/env'
import { serve } from '@/lib/server/host'
import { getRuntime } from '@/lib/server/runtime'

// dist/server.js stands one folder below the project's root; relative paths in the environment are from there.
process.chdir(fileURLToPath(new URL('..', import.meta.url)))
declareProduction()

async function main(): Promise<void> {
  const runtime = await getRuntime()
  consoleToLog(runtime.log)
  const { default: next } = await import('next')
  const pages = next({ dev: false, dir: process.cwd() })
  await pages.prepare()
  await serve(createServer(), runtime, pages.getRequestHandler())
}

main().catch((error: Error) => {
  const line = error instanceof EnvironmentError ? error.message : `cannot start: ${error.message}`
  process.stderr.write(`${line}\n`)
  process.exit(1)
})
