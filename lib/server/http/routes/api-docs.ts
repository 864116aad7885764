import { createMiddleware } from 'hono/factory'
import { underBase } from '@/lib/shared/web/base-path'
import type { AppEnv } from '../services'

/** Where people who look for the documentation of the API try first. */
export const API_DOCS_GUESSES = ['/api', '/api/docs']

/** Leads a browser to the page about the API. To programs, these paths stay unknown. */
export const toApiDocs = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.header('accept')?.includes('text/html')) return c.redirect(underBase('/api-docs'), 307)
  return next()
})
