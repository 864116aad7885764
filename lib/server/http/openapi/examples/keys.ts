import type { ApiKey, NewApiKey, UsageRow } from '@/lib/shared/contract/keys'

const KEY = {
  id: '5f0c1d2e3a4b',
  name: 'customer-a',
  scopes: ['classify', 'embed'],
  expires: '2027-11-29T00:00:00Z',
  rate_limit: 600,
  monthly_quota: 100_000,
  models: [],
  origins: [],
  created: '2026-11-29T14:04:26.739Z',
  rotated: null,
  revoked: null,
  state: 'active',
  last_used: '2026-11-29T15:10:00.000Z',
  month_photos: 1200,
} satisfies ApiKey

const NEW = { key: KEY, secret: 'vk_5f0c1d2e3a4b_…' } satisfies NewApiKey
const ROW = {
  day: '2026-11-29',
  id: KEY.id,
  name: KEY.name,
  requests: 1250,
  photos: 1200,
  errors: 50,
  bytes: 240_000_000,
} satisfies UsageRow
const TERMS = { name: KEY.name, scopes: KEY.scopes, expires: KEY.expires, monthly_quota: KEY.monthly_quota }

export const KEY_EXAMPLES = {
  listKeys: { replies: { 'application/json': { keys: [KEY] } } },
  createKey: { request: { 'application/json': TERMS }, replies: { 'application/json': NEW } },
  revokeKey: { replies: { 'application/json': { ...KEY, state: 'revoked', revoked: '2026-11-30T09:00:00.000Z' } } },
  rotateKey: { request: { 'application/json': { grace_hours: 24 } }, replies: { 'application/json': NEW } },
  usage: {
    replies: {
      'application/json': { from: '2026-11-01', to: '2026-11-30', rows: [ROW] },
      'text/csv': `${Object.keys(ROW).join(',')}\r\n${Object.values(ROW).join(',')}\r\n`,
    },
  },
}
