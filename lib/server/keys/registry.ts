import type { CreateKey } from '@/lib/shared/contract/keys'
import { Problem } from '@/lib/shared/problems/problem'
import { type KeyRecord, requireActive } from './record'
import type { KeyStore, StoredKey } from './store'
import { createId, createSecret, formatToken, hasHash, hashSecret, parseToken } from './token'
import { NO_VERSIONS, type Versions } from './versions'

/** How long keys are used without looking at the store again, even if no change was announced (milliseconds). */
const MAX_AGE_MS = 15_000
/** The same where nothing announces changes. */
const MAX_AGE_WITHOUT_VERSIONS_MS = 2_000
/** How long known keys stay valid while the store doesn't respond (milliseconds). */
const OUTAGE_MS = 300_000
/** A hash of nothing: an unknown ID takes as long as a wrong secret. */
const NO_HASH = '0'.repeat(64)
const HOUR_MS = 3_600_000

/** The keys at one moment (milliseconds since 1970, by the clock that all instances share). */
export interface Snapshot {
  keys: ReadonlyMap<string, StoredKey>
  now: number
}

interface RegistryLog {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** The keys of this deployment: checks them, and creates, changes, and revokes them. */
export class KeyRegistry {
  private keys: ReadonlyMap<string, StoredKey> | null = null
  private version: string | null = null
  private loadedAt = Number.NEGATIVE_INFINITY
  private loading: { version: string | null; done: Promise<void> } | null = null
  private readonly damaged = new Set<string>()
  private lastWarning = ''

  constructor(
    private readonly store: KeyStore,
    private readonly versions: Versions,
    private readonly log: RegistryLog,
  ) {}

  /**
   * The keys, with every change that any process has completed.
   *
   * @throws Problem `not_ready` if they can't be read
   */
  async snapshot(): Promise<Snapshot> {
    const { version, now, lost } = await this.readVersion()
    const maxAge = lost || this.versions === NO_VERSIONS ? MAX_AGE_WITHOUT_VERSIONS_MS : MAX_AGE_MS
    const isChanged = version !== this.version || this.keys === null
    if (isChanged || performance.now() - this.loadedAt > maxAge) await this.load(version, isChanged)
    return { keys: this.keys ?? new Map(), now }
  }

  /**
   * The key that a client sent, and the time (milliseconds since 1970, by the clock that all instances share).
   *
   * @throws Problem `invalid_key`, `key_expired`, `key_revoked`, `not_ready`
   */
  async authenticate(text: string): Promise<[key: KeyRecord, now: number]> {
    const token = parseToken(text)
    if (token === null) throw invalid()
    const { keys, now } = await this.snapshot()
    const record = keys.get(token.id)?.record
    const isCurrent = hasHash(token.secret, record?.hash ?? NO_HASH)
    const isPrevious = hasHash(token.secret, record?.previous?.hash ?? NO_HASH)
    const previousUntil = Date.parse(record?.previous?.until ?? '')
    if (record === undefined || !(isCurrent || (isPrevious && now < previousUntil))) throw invalid()
    requireActive(record, now)
    return [record, now]
  }

  /** @returns the new key, and what the client has to send @throws Problem `conflict` if the name is in use */
  async create(terms: CreateKey): Promise<{ record: KeyRecord; secret: string }> {
    const { keys, now } = await this.snapshot()
    for (const { record } of keys.values()) {
      if (record.name === terms.name && record.revoked === null)
        throw new Problem('conflict', `There is already a key named ${terms.name}. Choose another name, or rotate it.`)
    }
    const [id, secret] = [createId(), createSecret()]
    const created = new Date(now).toISOString()
    const record = { ...terms, id, created, rotated: null, revoked: null, hash: hashSecret(secret), previous: null }
    await this.write(record, 1)
    return { record, secret: formatToken({ id, secret }) }
  }

  /** Revokes a key for good. One that was revoked before stays so. @throws Problem `not_found`, `conflict` */
  async revoke(id: string): Promise<KeyRecord> {
    const { step, record, now } = await this.require(id)
    const revoked = record.revoked ?? new Date(now).toISOString()
    // Also if it is revoked already: its announcement may have failed.
    const changed = { ...record, revoked, previous: null }
    if (record.revoked === null) await this.write(changed, step + 1)
    else await this.versions.bump()
    return changed
  }

  /**
   * Gives a key another secret.
   *
   * @param graceHours how long the old one stays valid
   * @throws Problem `not_found`, `conflict` if it is revoked
   */
  async rotate(id: string, graceHours: number): Promise<{ record: KeyRecord; secret: string }> {
    const { step, record, now } = await this.require(id)
    if (record.revoked !== null) throw new Problem('conflict', 'This key was revoked. Create another one.')
    const secret = createSecret()
    const until = new Date(now + graceHours * HOUR_MS).toISOString()
    const changed = {
      ...record,
      hash: hashSecret(secret),
      previous: graceHours === 0 ? null : { hash: record.hash, until },
      rotated: new Date(now).toISOString(),
    }
    await this.write(changed, step + 1)
    return { record: changed, secret: formatToken({ id, secret }) }
  }

  /** Whether pages of this origin may use some key. By what is known: a preflight isn't worth a look at the store. */
  isOrigin(origin: string): boolean {
    for (const { record } of this.keys?.values() ?? []) {
      if (record.revoked === null && record.origins.includes(origin)) return true
    }
    return false
  }

  private async require(id: string): Promise<StoredKey & { now: number }> {
    const { keys, now } = await this.snapshot()
    const key = keys.get(id)
    if (key === undefined) throw new Problem('not_found', 'There is no key with this ID.')
    return { ...key, now }
  }

  /** The change counts once its object is there; the mark only makes others look at once. */
  private async write(record: KeyRecord, step: number): Promise<void> {
    await this.store.write(record, step)
    try {
      await this.versions.bump()
    } catch (cause) {
      const detail = 'The change is stored, but other instances may take 15 s to see it. Send the request again.'
      throw new Problem('not_ready', detail, { cause })
    } finally {
      this.loadedAt = Number.NEGATIVE_INFINITY
    }
  }

  private async readVersion(): Promise<{ version: string | null; now: number; lost: boolean }> {
    try {
      return { ...(await this.versions.read()), lost: false }
    } catch (error) {
      this.warn(error, 'changes of keys take two seconds to arrive: their announcements can’t be read')
      return { version: this.version, now: Date.now(), lost: true }
    }
  }

  /** Calls for one version share a look, which must have begun after that version was read. */
  private async load(version: string | null, isChanged: boolean): Promise<void> {
    if (this.loading?.version !== version) {
      const loading = { version, done: this.loadAll(version) }
      this.loading = loading
      const end = () => {
        if (this.loading === loading) this.loading = null
      }
      loading.done.then(end, end)
    }
    try {
      await this.loading.done
    } catch (error) {
      if (isChanged || performance.now() - this.loadedAt > OUTAGE_MS) throw error
      this.warn(error, 'could not look for changes of keys; still using the known ones')
    }
  }

  private async loadAll(version: string | null): Promise<void> {
    const startedAt = performance.now()
    this.keys = await this.store.all((id) => {
      if (!this.damaged.has(id)) this.log.error({ key: id }, 'a stored key is damaged; it is refused')
      this.damaged.add(id)
    })
    this.version = version
    this.loadedAt = startedAt
  }

  private warn(error: unknown, message: string): void {
    const { message: reason } = error as Error
    if (reason !== this.lastWarning) this.log.warn({ reason }, message)
    this.lastWarning = reason
  }
}

function invalid(): Problem {
  return new Problem(
    'invalid_key',
    'This key is wrong. Check that it is complete, or ask the operator for another one.',
  )
}
