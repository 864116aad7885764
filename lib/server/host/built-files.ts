import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { PageHandler } from './listener/request-listener'

const PREFIX = `${BASE_PATH}/_next/static/`
/** It serves the pages without a network, so it has to be at their root. */
const SERVICE_WORKER = `${BASE_PATH}/sw.js`
const SERVICE_WORKER_HEADERS = {
  // Browsers ask for it to find out whether there is a new version.
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'self'",
  // Below a base path, the home page has no trailing slash.
  'service-worker-allowed': BASE_PATH || '/',
  'x-content-type-options': 'nosniff',
}
/** Their names change with their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable'

/**
 * Serves the scripts, styles and fonts of the build, which scripts/build/precompress.mjs has compressed; Next.js would
 * compress each again for every visitor; and the service worker. Everything else, and files that don't exist, goes to `pages`.
 *
 * @param folder the built files, `.next/static`
 */
export function withBuiltFiles(pages: PageHandler, folder: string): PageHandler {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const serve = serveStatic({
    root: folder,
    precompressed: true,
    rewriteRequestPath: (path) => (path === SERVICE_WORKER ? 'sw.js' : path.slice(PREFIX.length)),
  })
  app.get(SERVICE_WORKER, async (context) => {
    for (const [name, value] of Object.entries(SERVICE_WORKER_HEADERS)) context.header(name, value)
    const file = await serve(context, async () => {})
    file?.headers.set('vary', 'accept-encoding')
    return file ?? context.notFound()
  })
  app.all('*', async (context) => {
    context.header('cache-control', IMMUTABLE)
    // As in next.config.js.
    context.header('cross-origin-embedder-policy', 'require-corp')
    const file = await serve(context, async () => {})
    if (file) {
      file.headers.set('vary', 'accept-encoding')
      return file
    }
    await pages(context.env.incoming as IncomingMessage, context.env.outgoing as ServerResponse)
    return RESPONSE_ALREADY_SENT
  })
  const files = getRequestListener((request, bindings) => app.fetch(request, bindings), {
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      throw error
    },
  })
  return async (request, response) => {
    const { url = '' } = request
    if (url.startsWith(PREFIX) || url.split('?')[0] === SERVICE_WORKER) await files(request, response)
    else await pages(request, response)
  }
}
