import { LRUCache } from 'lru-cache'
import * as z from 'zod'
import type { Objects } from '../../storage/folder-objects'
import { monthOf } from './meter'

const DAY_MS = 86_400_000

const fieldsSchema = z.record(z.string().regex(/^(\d{1,2}:[a-z]+|quota|last)$/), z.string().regex(/^-?\d{1,16}$/))

/** The month of a key as Redis has it: numbers by the name of the field. */
export type MonthFields = z.output<typeof fieldsSchema>

/**
 * Copies of what Redis counts, in the bucket: a cache that is replaced, or restarts without its data, must not give every
 * key a new quota.
 */
export class UsageCopies {
  /** Of months that are over. */
  private readonly past = new LRUCache<string, MonthFields>({ max: 10_000 })

  constructor(private readonly objects: Objects) {}

  /** @throws Problem */
  async save(id: string, month: string, fields: MonthFields): Promise<void> {
    await this.objects.put(objectOf(id, month), JSON.stringify(fields), { type: 'application/json' })
  }

  /** Empty if there is no copy. @throws Problem if it can't be read at the moment */
  async load(id: string, month: string): Promise<MonthFields> {
    const known = this.past.get(objectOf(id, month))
    if (known !== undefined) return known
    const object = await this.objects.get(objectOf(id, month))
    const fields = object === null ? {} : fieldsSchema.parse(JSON.parse(Buffer.from(object.bytes).toString()))
    if (month < monthOf(Date.now() - DAY_MS)) this.past.set(objectOf(id, month), fields)
    return fields
  }
}

function objectOf(id: string, month: string): string {
  return `usage/${month}/${id}.json`
}
