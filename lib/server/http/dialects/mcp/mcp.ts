import type { ExplanationSlots } from '../../explanation-slots'
import type { MemoryBudget } from '../../memory-budget'
import { requireOwnPage } from '../../middleware/sign-in'
import type { Services } from '../../services'
import type { Dialect } from '../dialect'
import { photoHandlers } from '../photo-runs'

/** JSON-RPC's code for errors of the server. */
const SERVER_ERROR = -32000

/**
 * The Model Context Protocol over streamable HTTP: classification as tools for agents. Each request stands alone, so any
 * instance can respond.
 * https://modelcontextprotocol.io
 */
export function mcp(services: Services, uploads: MemoryBudget, explanations: ExplanationSlots): Dialect {
  const { CORS_ORIGINS } = services.environment
  const post = photoHandlers(
    services,
    uploads,
  )(async (request, c) => {
    requireOwnPage(c.req.raw, CORS_ORIGINS)
    // Loaded on demand: the SDK would slow down every start.
    const { serve } = await import('./serve')
    return serve(services, request, explanations, c.req.raw)
  })
  return {
    name: 'mcp',
    routes: { '/mcp': { POST: post } },
    errorReply: (problem) => ({
      status: problem.status,
      body: {
        jsonrpc: '2.0',
        id: null,
        error: { code: SERVER_ERROR, message: problem.detail, data: { code: problem.code } },
      },
    }),
  }
}
