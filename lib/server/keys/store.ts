import { Problem } from '@/lib/shared/problems/problem'
import type { Objects } from '../storage/folder-objects'
import { type KeyRecord, keyRecordSchema } from './record'

/** `records/<id>/<step>.json`: a key after one change. Steps never change, and the last one counts. */
const RECORDS = 'records/'
const SESSION_SECRET = 'session-secret'
const STEP = /^records\/([0-9a-f]{12})\/(\d{6})\.json$/

/** A key and the number of its last change. */
export interface StoredKey {
  step: number
  record: KeyRecord
}

/**
 * The keys in a folder or bucket. Each change writes a new object, and only if there is none with its number, so that
 * any number of processes can change keys at once without losing a change, and a reader never sees half of one.
 *
 * Methods reject with Problem `storage_full` or `not_ready` if the storage fails.
 */
export class KeyStore {
  /** The last step of each key, as read before. */
  private readonly known = new Map<string, StoredKey>()

  constructor(private readonly objects: Objects) {}

  /**
   * All keys, revoked ones included. Reads only what changed since the last call.
   *
   * @param onDamaged receives the ID of a key that can't be understood: it is left out, and so refused
   */
  async all(onDamaged: (id: string) => void): Promise<Map<string, StoredKey>> {
    const latest = new Map<string, number>()
    for await (const page of this.objects.list(RECORDS)) {
      for (const { key } of page) {
        const [, id, step] = STEP.exec(key) ?? []
        if (id !== undefined) latest.set(id, Math.max(Number(step), latest.get(id) ?? 0))
      }
    }
    const keys = new Map<string, StoredKey>()
    const read = async ([id, step]: [string, number]) => {
      const key = await this.read(id, step)
      if (key === null) onDamaged(id)
      else keys.set(id, key)
    }
    await Promise.all([...latest].map(read))
    return keys
  }

  /**
   * Writes a change.
   *
   * @param step the number of the change, from 1
   * @throws Problem `conflict` if another process made a change with this number
   */
  async write(record: KeyRecord, step: number): Promise<StoredKey> {
    const isFirst = await this.objects.put(objectOf(record.id, step), `${JSON.stringify(record)}\n`, {
      ifAbsent: true,
      type: 'application/json',
    })
    if (!isFirst) throw new Problem('conflict', 'This key was changed by someone else in the meantime. Try again.')
    const stored = { step, record }
    this.known.set(record.id, stored)
    return stored
  }

  /** The secret that signs the sessions of pages, the same for all instances. The first one to ask creates it. */
  async sessionSecret(create: () => string): Promise<string> {
    await this.objects.put(SESSION_SECRET, create(), { ifAbsent: true })
    const object = await this.objects.get(SESSION_SECRET)
    if (object === null) throw new Problem('not_ready', 'The storage of the keys lost the secret of the sessions.')
    return Buffer.from(object.bytes).toString()
  }

  private async read(id: string, step: number): Promise<StoredKey | null> {
    const known = this.known.get(id)
    if (known?.step === step) return known
    const object = await this.objects.get(objectOf(id, step))
    const record = parse(object?.bytes)
    if (record === null) return null
    const stored = { step, record }
    this.known.set(id, stored)
    return stored
  }
}

function objectOf(id: string, step: number): string {
  return `${RECORDS}${id}/${String(step).padStart(6, '0')}.json`
}

function parse(bytes: Uint8Array | undefined): KeyRecord | null {
  if (bytes === undefined) return null
  try {
    return keyRecordSchema.parse(JSON.parse(Buffer.from(bytes).toString()))
  } catch {
    return null
  }
}
