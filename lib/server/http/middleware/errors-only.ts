import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../services'

/** Makes an error of what else is thrown: Hono lets it pass by every handler of errors, and who hangs up is told by a string. */
export const errorsOnly = createMiddleware<AppEnv>(async (_, next) => {
  try {
    await next()
  } catch (error) {
    throw error instanceof Error ? error : new Error(String(error))
  }
})
