import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createKeySchema } from '@/lib/shared/contract/keys'
import { Problem } from '@/lib/shared/problems/problem'
import { FolderObjects, type Objects } from '../storage/folder-objects'
import { PageSessions } from './page-session'
import { KeyRegistry } from './registry'
import { KeyService } from './service'
import { KeyStore } from './store'
import { formatToken, hasHash, hashSecret, hasKey, parseToken, redactKeys } from './token'
import { FileMeter } from './usage/file-meter'
import { dayOf } from './usage/meter'
import { FileVersions } from './versions'

let folder: string
let messages: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'))
  messages = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const log = {
  warn: (_: object, message: string) => messages.push(message),
  error: (_: object, message: string) => messages.push(message),
}
/** The keys as one process sees them. */
const registry = () =>
  new KeyRegistry(new KeyStore(new FolderObjects(folder)), new FileVersions(join(folder, 'version')), log)
const terms = (name: string) => createKeySchema.parse({ name })

describe('tokens', () => {
  const token = { id: '0123456789ab', secret: 'A'.repeat(43) }
  const text = formatToken(token)

  test('are found in any notation, and redacted but for their ID', () => {
    expect(parseToken(text)).toEqual(token)
    expect(parseToken(`${text}A`)).toBeNull()
    for (const url of [
      `/?a=${text}`,
      `/x/${text}`,
      `/?a=${text.replaceAll('_', '%5f')}`,
      `/?${encodeURI(`[${text}]`)}`,
    ])
      expect(hasKey(url)).toBe(true)
    expect(hasKey('/?name=vk_12')).toBe(false)
    expect(redactKeys(`a ${text}, b ${text}`)).toBe('a vk_0123456789ab_…, b vk_0123456789ab_…')
  })
})

test('secrets are compared by their hashes, in constant time', () => {
  expect(hasHash('right', hashSecret('right'))).toBe(true)
  expect(hasHash('wrong', hashSecret('right'))).toBe(false)
  // No test can measure this reliably, so it looks at the code.
  expect(hasHash.toString()).toMatch(/timingSafeEqual/)
  expect(hasHash.toString()).not.toMatch(/===|\.equals\(/)
})

describe('registry', () => {
  test('each process sees the changes of others at once, and a change between two reads isn’t lost', async () => {
    const [one, two] = [registry(), registry()]
    const { record, secret } = await one.create(terms('shared'))
    expect((await two.authenticate(secret))[0].name).toBe('shared')
    await expect(two.create(terms('shared'))).rejects.toMatchObject({ code: 'conflict' })
    const changes = await Promise.allSettled([one.rotate(record.id, 0), two.revoke(record.id)])
    const refused = changes.flatMap((change) => (change.status === 'rejected' ? [change.reason.code] : []))
    expect(refused.filter((code) => code !== 'conflict')).toEqual([])
    await two.revoke(record.id)
    await expect(one.authenticate(secret)).rejects.toMatchObject({
      code: expect.stringMatching(/^(key_revoked|invalid_key)$/),
    })
    await expect(one.rotate(record.id, 0)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('a damaged record refuses its key, and no other', async () => {
    const made = registry()
    const [broken, whole] = [await made.create(terms('broken')), await made.create(terms('whole'))]
    writeFileSync(join(folder, 'records', broken.record.id, '000002.json'), '{"id":')
    const fresh = registry()
    await expect(fresh.authenticate(broken.secret)).rejects.toMatchObject({ code: 'invalid_key' })
    expect((await fresh.authenticate(whole.secret))[0].id).toBe(whole.record.id)
    expect(messages).toEqual(['a stored key is damaged; it is refused'])
  })

  test('known keys stay valid for five minutes while the storage is away, but not if one has changed', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const objects = new FolderObjects(folder)
      let isAway = false
      const fragile: Objects = {
        put: (...args) => objects.put(...args),
        get: (key) => objects.get(key),
        remove: (...args) => objects.remove(...args),
        async *list(prefix) {
          if (isAway) throw new Problem('not_ready', 'The bucket is away.')
          yield* objects.list(prefix)
        },
      }
      const used = new KeyRegistry(new KeyStore(fragile), new FileVersions(join(folder, 'version')), log)
      const { secret } = await used.create(terms('kept'))
      await used.authenticate(secret)
      isAway = true
      vi.advanceTimersByTime(200_000)
      expect((await used.authenticate(secret))[0].name).toBe('kept')
      expect(messages).toEqual(['could not look for changes of keys; still using the known ones'])
      vi.advanceTimersByTime(200_000)
      await expect(used.authenticate(secret)).rejects.toMatchObject({ code: 'not_ready' })
      isAway = false
      await used.authenticate(secret)
      isAway = true
      await registry().create(terms('new'))
      await expect(used.authenticate(secret)).rejects.toMatchObject({ code: 'not_ready' })
    } finally {
      vi.useRealTimers()
    }
  })
})

test('usage has every day of a period, whichever day of a month it begins or ends on', async () => {
  const keys = registry()
  const meter = new FileMeter(join(folder, 'usage'), log)
  const service = new KeyService(new KeyStore(new FolderObjects(folder)), keys, meter, true)
  const { record } = await keys.create(terms('daily'))
  const days = Array.from({ length: 366 }, (_, day) => dayOf(Date.UTC(2027, 11, 1 + day)))
  for (const day of days) service.count(record, { requests: 1 }, Date.parse(day))
  for (const [last, to] of days.entries())
    for (const length of [1, 2, 31, 60]) {
      const wanted = days.slice(Math.max(0, last + 1 - length), last + 1)
      const rows = await service.usage({ from: wanted[0] ?? '', to })
      expect(rows.map(({ day }) => day)).toEqual(wanted)
    }
  expect(await service.usage({ from: '2028-02-02', to: '2028-02-01' })).toEqual([])
})

test('a job takes what is left of a quota, and nothing with a key that was revoked', async () => {
  const keys = registry()
  const meter = new FileMeter(join(folder, 'usage'), log)
  const service = new KeyService(new KeyStore(new FolderObjects(folder)), keys, meter, true)
  const { record } = await keys.create(createKeySchema.parse({ name: 'jobs', monthly_quota: 357 }))
  const sizes = Array.from({ length: 100 }, () => 1000)
  const taken: number[] = []
  for (let page = 0; page < 4; page++) {
    const { taken: photos, refusal } = await service.takeListed(record.id, sizes)
    taken.push(photos)
    expect(refusal?.code).toBe(page < 3 ? undefined : 'quota_exceeded')
  }
  expect(taken).toEqual([100, 100, 100, 57])
  const day = record.created.slice(0, 10)
  expect(await service.usage({ from: day, to: day })).toMatchObject([{ photos: 357, bytes: 357_000 }])
  const { record: unlimited } = await keys.create(terms('unlimited'))
  expect((await service.takeListed(unlimited.id, sizes)).taken).toBe(100)
  await keys.revoke(unlimited.id)
  expect(await service.takeListed(unlimited.id, sizes)).toMatchObject({ taken: 0, refusal: { code: 'key_revoked' } })
})

describe('use without Redis', () => {
  const now = Date.parse('2026-11-29T12:00:00Z')
  const ID = '0123456789ab'
  const meter = () => new FileMeter(folder, log)

  test('counts survive a process that was killed, and one that ended leaves its file to the next', async () => {
    const killed = meter()
    killed.count(ID, { requests: 1, photos: 2, bytes: 300 }, now)
    expect(await killed.take(ID, 3, 5, now)).toBe(true)
    const closed = meter()
    closed.count(ID, { requests: 1, errors: 1 }, now + 1)
    expect(await closed.take(ID, 3, 5, now)).toBe(false)
    await closed.close()
    const next = meter()
    expect(await next.take(ID, 2, 5, now)).toBe(true)
    expect(await next.take(ID, 1, 5, now)).toBe(false)
    await next.giveBack(ID, 1, now)
    expect(await next.take(ID, 1, 5, now)).toBe(true)
    expect(await next.month(ID, '2026-11')).toEqual({
      days: new Map([[29, { requests: 2, photos: 2, errors: 1, bytes: 300 }]]),
      quota: 5,
      lastUsed: now + 1,
    })
    expect(readdirSync(join(folder, '2026-11'))).toHaveLength(2)
  })

  test('a line that a crash cut off is left out, and written over', async () => {
    const first = meter()
    first.count(ID, { photos: 1 }, now)
    await first.close()
    const [name = ''] = readdirSync(join(folder, '2026-11'))
    const path = join(folder, '2026-11', name)
    writeFileSync(path, `${readFileSync(path, 'utf8')}2026-11-29 0123`)
    const next = meter()
    next.count('ba9876543210', { photos: 4 }, now)
    expect((await next.month(ID, '2026-11')).days.get(29)?.photos).toBe(1)
    expect((await meter().month('ba9876543210', '2026-11')).days.get(29)?.photos).toBe(4)
  })

  test('months and their quotas are separate, and those older than 400 days go', async () => {
    const one = meter()
    const old = now - 500 * 86_400_000
    expect(await one.take(ID, 1, 1, old)).toBe(true)
    expect(await one.take(ID, 1, 1, now)).toBe(true)
    expect(await one.take(ID, 1, 1, now + 3 * 86_400_000)).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['2026-11', '2026-12'])
  })
})

describe('sessions of pages', () => {
  const sessions = new PageSessions('secret')
  const at = { path: '', secure: false }
  const DAY_MS = 86_400_000

  test('last a week, are renewed after half of it, and only their own secret makes them', () => {
    const now = Date.parse('2026-11-29T12:00:00Z')
    const cookie = (sessions.renew(undefined, now, at) ?? '').split(';')[0]
    expect(sessions.isValid(`theme=dark; ${cookie}; a=b`, now)).toBe(true)
    expect(sessions.renew(cookie, now + 3 * DAY_MS, at)).toBeNull()
    expect(sessions.renew(cookie, now + 4 * DAY_MS, at)).not.toBeNull()
    expect(sessions.isValid(cookie, now + 7 * DAY_MS)).toBe(false)
    // Clocks of instances differ a little; a session of tomorrow is forged.
    expect(sessions.isValid(cookie, now - 60_000)).toBe(true)
    expect(sessions.isValid(cookie, now - DAY_MS)).toBe(false)
    expect(new PageSessions('another').isValid(cookie, now)).toBe(false)
    expect(sessions.isValid('vision_session=', now)).toBe(false)
  })
})
