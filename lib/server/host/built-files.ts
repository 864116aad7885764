import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { PageHandler } from './listener/request-listener'

const PREFIX = `${BASE_PATH}/_next/static/`
/** Their names change with their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable'

/**
 * Serves the scripts, styles and fonts of the build, which scripts/build/precompress.mjs has compressed; Next.js would
 * compress each again for every visitor. Everything else, and files that don't exist, goes to `pages`.
 *
 * @param folder the built files, `.next/static`
 */
export function withBuiltFiles(pages: PageHandler, folder: string): PageHandler {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const serve = serveStatic({
    root: folder,
    precompressed: true,
    rewriteRequestPath: (path) => path.slice(PREFIX.length),
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
    if (request.url?.startsWith(PREFIX)) await files(request, response)
    else await pages(request, response)
  }
}
