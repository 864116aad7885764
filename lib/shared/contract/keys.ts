import * as z from 'zod'

/** What a key may be allowed to do. `admin` includes all others. */
export const SCOPES = ['classify', 'embed', 'explain', 'jobs', 'train', 'feedback', 'metrics', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Whether requests need a key: never, only to get its rights and limits, or always. */
export const API_KEY_MODES = ['off', 'optional', 'required'] as const

/** The longest time that the old secret of a rotated key can stay valid. */
const MAX_GRACE_HOURS = 168

const keyId = z
  .string()
  .regex(/^[0-9a-f]{12}$/)
  .meta({ description: 'Public: it is also part of the key itself.' })

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/)
  .meta({ description: 'Unique among the keys that are not revoked. Metrics and statistics use it.' })

const time = z.iso.datetime()

/** What the operator decides about a key. */
const terms = {
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).meta({ description: '`admin` includes all others.' }),
  expires: time.nullable().meta({ description: 'When it stops working; null for never.' }),
  rate_limit: z
    .int()
    .min(1)
    .max(1e9)
    .nullable()
    .meta({ description: 'Requests with photos per minute, in place of RATE_LIMIT.' }),
  monthly_quota: z.int().min(1).max(1e12).nullable().meta({ description: 'Photos per calendar month (UTC).' }),
  models: z
    .array(z.string().min(1).max(200))
    .max(100)
    .meta({ description: 'IDs or types of the models that it can use; all if empty.' }),
  origins: z
    .array(z.string().regex(/^https?:\/\/[^/\s]{1,250}$/))
    .max(100)
    .meta({ description: 'Origins of the pages that can use it; if empty, anybody can.' }),
}

/** A key as the operator sees it: everything but its secret. */
export const apiKeySchema = z
  .object({
    id: keyId,
    name,
    ...terms,
    created: time,
    rotated: time.nullable().meta({ description: 'When it got its current secret, if that was not the first one.' }),
    revoked: time.nullable(),
    state: z.enum(['active', 'expired', 'revoked']),
    last_used: time.nullable(),
    month_photos: z.int().min(0).meta({ description: 'Photos of this month that count for the quota.' }),
  })
  .meta({ id: 'ApiKey' })

export type ApiKey = z.output<typeof apiKeySchema>

/** Body of `POST /api/keys`. */
export const createKeySchema = z
  .object({
    name,
    scopes: terms.scopes.default(['classify']),
    expires: terms.expires.default(null),
    rate_limit: terms.rate_limit.default(null),
    monthly_quota: terms.monthly_quota.default(null),
    models: terms.models.default([]),
    origins: terms.origins.default([]),
  })
  .meta({ id: 'CreateKey' })

export type CreateKey = z.output<typeof createKeySchema>

/** Body of `POST /api/keys/{id}/rotate`. */
export const rotateKeySchema = z
  .object({
    grace_hours: z
      .int()
      .min(0)
      .max(MAX_GRACE_HOURS)
      .default(0)
      .meta({ description: 'How long the old secret stays valid.' }),
  })
  .meta({ id: 'RotateKey' })

/** A new key or a new secret. This is the only response that has the secret. */
export const newKeySchema = z
  .object({ key: apiKeySchema, secret: z.string().meta({ description: 'The key to send. It is shown only once.' }) })
  .meta({ id: 'NewApiKey' })

export type NewApiKey = z.output<typeof newKeySchema>

export const keysReplySchema = z.object({ keys: z.array(apiKeySchema) }).meta({ id: 'ApiKeys' })

const day = z.iso.date()
const count = z.int().min(0)

/** Use of a key on one day (UTC). */
const usageRowSchema = z.object({
  day,
  id: keyId,
  name: z.string(),
  requests: count,
  photos: count.meta({ description: 'Photos with a result, and photos added to jobs.' }),
  errors: count.meta({ description: 'Requests that were refused or failed.' }),
  bytes: count.meta({ description: 'Bytes of the photos.' }),
})

export type UsageRow = z.output<typeof usageRowSchema>

export const usageReplySchema = z.object({ from: day, to: day, rows: z.array(usageRowSchema) }).meta({ id: 'Usage' })

export type UsageReply = z.output<typeof usageReplySchema>

/** The query of `GET /api/usage`. */
export const usageParametersSchema = z.object({
  from: day.optional().meta({ description: 'First day (UTC); 30 days before the last one if absent.' }),
  to: day.optional().meta({ description: 'Last day (UTC); today if absent.' }),
  key: keyId.optional(),
  format: z.enum(['json', 'csv']).default('json'),
})
