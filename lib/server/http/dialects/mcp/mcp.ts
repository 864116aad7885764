import { Problem } from '@/lib/shared/problems/problem'
import { isLocal } from '../../custom-models/permission'
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
  const { CORS_ORIGINS, DIALECTS } = services.environment
  const post = photoHandlers(
    services,
    uploads,
  )(async (request, c) => {
    // A key is nothing that a browser sends by itself.
    if (c.get('caller')?.kind !== 'key') requireOwnPage(c.req.raw, CORS_ORIGINS)
    // A proxy on this machine may bring clients from anywhere.
    if (DIALECTS === undefined && !isLocal(c))
      throw new Problem('forbidden', 'Tools for agents are only for this machine, unless DIALECTS turns them on.')
    // Loaded on demand: the SDK would slow down every start.
    const { serve } = await import('./serve')
    return serve(services, request, explanations, c.req.raw)
  })
  return {
    name: 'mcp',
    routes: { '/mcp': { POST: post } },
    prefixes: [],
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
