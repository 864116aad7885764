import type { Scope } from '@/lib/shared/contract/keys'

/** What a route needs: nothing (`open`), any key (`any`), or a key with a scope. */
export type Access = Scope | 'open' | 'any'

/**
 * What each route needs, by its path. Every route is here, and each dialect's next to the server's own: a route without
 * an entry stops the start. What a run needs is checked once more where it runs, so a route can ask for too little, but
 * not give too much.
 */
const READ: Record<string, Access> = {
  '/api/models': 'any',
  '/api/models/:model': 'any',
  '/api/models/:model/labels': 'any',
  '/api/models/:model/device': 'classify',
  '/api/models/:model/graph': 'classify',
  '/api/models/:model/files/:name': 'any',
  '/api/site': 'open',
  '/api/gallery': 'open',
  '/api/openapi.json': 'open',
  '/api/jobs': 'admin',
  '/api/dead-letters': 'admin',
  '/api/jobs/:id': 'jobs',
  '/api/jobs/:id/photos': 'jobs',
  '/api/jobs/:id/results': 'jobs',
  '/api/jobs/:id/events': 'jobs',
  '/api/jobs/:id/check': 'jobs',
  '/api/jobs/:id/cleaned-labels': 'jobs',
  '/api/jobs/:id/similar': 'jobs',
  '/api/jobs/:id/vectors': 'jobs',
  '/api/feedback': 'admin',
  '/api/feedback/:id/photo': 'admin',
  '/api/keys': 'admin',
  '/api/usage': 'admin',
  '/health/live': 'open',
  '/health/ready': 'open',
  '/health/status': 'open',
  '/metrics': 'metrics',
  '/config': 'any',
  '/gradio_api/info': 'any',
  '/gradio_api/queue/data': 'classify',
  '/gradio_api/call/:name/:event': 'classify',
  '/v1/models': 'any',
  '/v1/models/:call': 'any',
  '/v1/models/:model/metadata': 'any',
  '/v1/models/:model/versions/:call': 'any',
  '/v2': 'any',
  '/v2/health/live': 'open',
  '/v2/health/ready': 'open',
  '/v2/models/stats': 'any',
  '/v2/models/:model': 'any',
  '/v2/models/:model/ready': 'any',
  '/v2/models/:model/config': 'any',
  '/v2/models/:model/stats': 'any',
  '/v2/models/:model/versions/:version': 'any',
  '/v2/models/:model/versions/:version/ready': 'any',
  '/v2/models/:model/versions/:version/config': 'any',
  '/v2/models/:model/versions/:version/stats': 'any',
  '/ping': 'open',
  '/models': 'any',
  '/torchserve/models': 'any',
  '/torchserve/models/:model': 'any',
  '/torchserve/models/:model/:version': 'any',
}

const WRITE: Record<string, Access> = {
  '/api/classify': 'classify',
  '/api/photo': 'classify',
  '/api/embed': 'embed',
  '/api/explain': 'explain',
  '/api/jobs': 'jobs',
  '/api/jobs/:id': 'jobs',
  '/api/jobs/:id/photos': 'jobs',
  '/api/jobs/:id/pause': 'jobs',
  '/api/jobs/:id/resume': 'jobs',
  '/api/jobs/:id/close': 'jobs',
  '/api/jobs/:id/cancel': 'jobs',
  '/api/jobs/:id/retry': 'jobs',
  '/api/jobs/:id/check': 'jobs',
  '/api/jobs/:id/similar': 'embed',
  '/api/feedback': 'feedback',
  '/api/models': 'train',
  '/api/models/:model': 'train',
  '/api/models/:model/examples': 'train',
  '/api/keys': 'admin',
  '/api/keys/:id': 'admin',
  '/api/keys/:id/rotate': 'admin',
  '/hf/models/:model': 'classify',
  '/hf/models/:model/pipeline/image-classification': 'classify',
  '/hf/models/:model/pipeline/zero-shot-image-classification': 'classify',
  '/hf/models/:model/pipeline/feature-extraction': 'embed',
  '/gradio_api/upload': 'classify',
  '/gradio_api/queue/join': 'classify',
  '/gradio_api/call/:name': 'classify',
  '/gradio_api/call/v2/:name': 'classify',
  '/gradio_api/run/:name': 'classify',
  '/v1/embeddings': 'embed',
  '/v1/models/:call': 'classify',
  '/v1/models/:model/versions/:call': 'classify',
  '/v2/repository/index': 'any',
  '/v2/models/:model/infer': 'classify',
  '/v2/models/:model/versions/:version/infer': 'classify',
  // Its tools need different scopes, which are checked when they run.
  '/mcp': 'any',
  '/explanations/:model': 'explain',
  '/explanations/:model/:version': 'explain',
  '/predictions/:model': 'classify',
  '/predictions/:model/:version': 'classify',
}

/** @throws Error for a route that is in neither table: nobody has decided who can use it */
export function accessOf(method: string, path: string): Access {
  const table = method === 'GET' || method === 'HEAD' ? READ : WRITE
  const access = Object.hasOwn(table, path) ? table[path] : undefined
  if (access === undefined) throw new Error(`${method} ${path} has no entry in the table of what keys can do`)
  return access
}
