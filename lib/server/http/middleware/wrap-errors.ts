import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../services'

/**
 * Wraps thrown values that aren't errors. Hono's error handlers ignore them, and an aborted request throws a string.
 */
export const wrapErrors = createMiddleware<AppEnv>(async (_, next) => {
  try {
    await next()
  } catch (error) {
    throw error instanceof Error ? error : new Error(String(error))
  }
})
