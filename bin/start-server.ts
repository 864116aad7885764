import { createServer } from 'node:http'
import { join } from 'node:path'
import { EnvironmentError } from '@/lib/server/config/environment'
import { withBuiltFiles } from '@/lib/server/host/built-files'
import type { PageHandler } from '@/lib/server/host/listener/request-listener'
import { serve } from '@/lib/server/host/serve'
import { consoleToLog } from '@/lib/server/observe/console-to-log'
import { getRuntime } from '@/lib/server/runtime/get-runtime'
import { Problem } from '@/lib/shared/problems/problem'

async function main(): Promise<void> {
  const runtime = await getRuntime()
  consoleToLog(runtime.log)
  const pages = runtime.environment.PAGES === 'true' ? await nextPages() : noPages
  await serve(createServer({ requireHostHeader: false }), runtime, pages)
}

/** Next.js is only loaded if it serves something. */
async function nextPages(): Promise<PageHandler> {
  const { default: next } = await import('next')
  // Next listens for upgrade requests in order to close them; it gets a server that never listens. Here, a request that
  // offers an upgrade (`curl --http2`) is answered like any other.
  const pages = next({ dev: false, dir: process.cwd(), httpServer: createServer() })
  await pages.prepare()
  return withBuiltFiles(pages.getRequestHandler(), join('.next', 'static'))
}

async function noPages(): Promise<void> {
  throw new Problem('not_found', 'This server has no pages, only the API: see /api/openapi.json.')
}

main().catch((error: Error) => {
  const line = error instanceof EnvironmentError ? error.message : `cannot start: ${error.message}`
  process.stderr.write(`${line}\n`)
  process.exit(1)
})
