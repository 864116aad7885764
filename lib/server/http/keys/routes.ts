import type { Context } from 'hono'
import type { z } from 'zod'
import { createKeySchema, rotateKeySchema, type UsageRow, usageParametersSchema } from '@/lib/shared/contract/keys'
import { usageCsv } from '@/lib/shared/results/usage-export'
import type { KeyService, Period } from '../../keys/service'
import { dayOf, RETENTION_DAYS } from '../../keys/usage/meter'
import { readBody } from '../body'
import { parseJsonObject } from '../json-body'
import { json } from '../json-response'
import type { MemoryBudget } from '../memory-budget'
import { queryParameters, readOptions } from '../parameters'
import type { AppEnv, Endpoints } from '../services'

const MAX_BODY_BYTES = 64_000
const DAY_MS = 86_400_000
/** Days of usage that a query without `from` returns. */
const DEFAULT_DAYS = 31
/** Responses with secrets and statistics are for the operator alone. */
const NO_STORE = { 'cache-control': 'no-store' }

/** `/api/keys` and `/api/usage`, for the operator. The routes' guard requires the scope `admin`. */
export function keyRoutes(keys: KeyService, uploads: MemoryBudget): Record<string, Endpoints> {
  /** Reads the options of a request from its body, which may be empty. */
  async function options<S extends z.ZodObject>(c: Context<AppEnv>, schema: S): Promise<z.output<S>> {
    const lease = uploads.reserve()
    try {
      const body = await readBody(c.req.raw, MAX_BODY_BYTES, lease)
      return readOptions(schema, {}, body.byteLength === 0 ? {} : parseJsonObject(body))
    } finally {
      lease.release()
    }
  }
  const id = (c: Context<AppEnv>) => c.req.param('id') ?? ''

  async function usage(c: Context<AppEnv>): Promise<Response> {
    const query = readOptions(usageParametersSchema, queryParameters(c.req.url))
    const period = periodOf(query, await keys.now())
    const rows: UsageRow[] = await keys.usage(period, query.key)
    if (query.format === 'json') return json(c, { ...period, rows }, 200, NO_STORE)
    return c.body(usageCsv(rows), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="usage-${period.from}-${period.to}.csv"`,
      ...NO_STORE,
    })
  }

  return {
    '/api/keys': {
      GET: async (c) => json(c, { keys: await keys.list() }, 200, NO_STORE),
      POST: async (c) => json(c, await keys.create(await options(c, createKeySchema)), 201, NO_STORE),
    },
    '/api/keys/:id': { DELETE: async (c) => json(c, await keys.revoke(id(c)), 200, NO_STORE) },
    '/api/keys/:id/rotate': {
      POST: async (c) =>
        json(c, await keys.rotate(id(c), (await options(c, rotateKeySchema)).grace_hours), 200, NO_STORE),
    },
    '/api/usage': { GET: { withQuery: usage } },
  }
}

/** The days of a query. Older ones than those that are kept are left out. */
function periodOf({ from, to }: { from?: string | undefined; to?: string | undefined }, now: number): Period {
  const last = to ?? dayOf(now)
  const [, latest = last] = [from ?? daysBefore(last, DEFAULT_DAYS - 1), daysBefore(last, RETENTION_DAYS - 1)].sort()
  return { from: latest, to: last }
}

function daysBefore(day: string, count: number): string {
  return dayOf(Math.max(0, Date.parse(day) - count * DAY_MS))
}
