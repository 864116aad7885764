import type { DialectName } from '@/lib/shared/dialects/dialects'
import type { Problem } from '@/lib/shared/problems/problem'
import type { Endpoints, ErrorReply } from '../services'

/**
 * The API of another server or service, over the same engine: its paths, and the form of its errors. A dialect has no way
 * of its own to photos, limits, credentials or metrics.
 */
export interface Dialect {
  name: DialectName
  /** Handlers by path, as for the server's own routes. */
  routes: Record<string, Endpoints>
  /** Paths below which errors have its form even where there is nothing. */
  prefixes: readonly string[]
  errorReply(problem: Problem): ErrorReply
}
