import { createMcpHandler, hostHeaderValidationResponse, localhostAllowedHostnames } from '@modelcontextprotocol/server'
import { isLoopback } from '../../../config/loopback'
import type { ExplanationSlots } from '../../explanation-slots'
import type { Services } from '../../services'
import type { PhotoRequest } from '../photo-runs'
import { toolServer } from './tool-server'

/** Answers one request of the Model Context Protocol. */
export async function serve(
  services: Services,
  request: PhotoRequest,
  explanations: ExplanationSlots,
  raw: Request,
): Promise<Response> {
  // A page whose name was pointed at this machine has its own origin, so only the host tells it apart.
  const refusal =
    isLoopback(services.environment.HOST) && hostHeaderValidationResponse(raw, localhostAllowedHostnames())
  if (refusal) return refusal
  const parsedBody = await request.json()
  // Subscriptions would stay open, and nothing here changes for an agent.
  const handler = createMcpHandler(() => toolServer(services, request, explanations), { maxSubscriptions: 0 })
  try {
    const response = await handler.fetch(raw, { parsedBody })
    // To its end, so that what the request holds stays reserved until it is done.
    const body = await response.arrayBuffer()
    return new Response(body.byteLength === 0 ? null : body, response)
  } finally {
    await handler.close()
  }
}
