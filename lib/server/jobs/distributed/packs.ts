import { Problem } from '@/lib/shared/problems/problem'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import type { ObjectStore } from '../../storage/object-store'
import type { ManifestLine } from './manifest'
import { packKey } from './object-keys'

/**
 * Uploaded photos are stored in packs, many in one object: a write and a read of a bucket take up to a tenth of the
 * time that the model needs, and cost money. All photos of a pack are in one shard.
 */
const PACK_BYTES = 4 << 20
/** Packs of one upload that are written at once. */
const MAX_SENDING = 2

type PackRange = NonNullable<ManifestLine['upload']>

/** Writes packs. */
export class PackWriter {
  private pieces: Uint8Array[] = []
  private bytes = 0
  private number = 0
  /** How many packs have photos that the job has accepted. */
  private committed = 0
  private readonly sending = new Set<Promise<unknown>>()
  private bytesInFlight = 0
  private failure: unknown

  /** @param name unique prefix of the names of its packs */
  constructor(
    private readonly store: ObjectStore,
    private readonly id: string,
    private readonly name: string,
  ) {}

  /** Bytes in memory. */
  get heldBytes(): number {
    return this.bytes + this.bytesInFlight
  }

  /** Adds a photo. Copies its bytes, because the caller reuses the buffer. */
  async add(bytes: Uint8Array): Promise<PackRange> {
    const range = { pack: `${this.name}-${this.number}`, at: this.bytes, length: bytes.byteLength }
    this.pieces.push(bytes.slice())
    this.bytes += bytes.byteLength
    if (this.bytes >= PACK_BYTES) await this.send()
    return range
  }

  /** Resolves when everything added is in the bucket. */
  async flush(): Promise<void> {
    if (this.pieces.length > 0) await this.send()
    await Promise.all(this.sending)
    if (this.failure) throw this.failure
  }

  /** The job has accepted everything added so far. */
  commit(): void {
    this.committed = this.number
  }

  /** Resolves when no write is in flight. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.sending)
  }

  /** Removes the packs whose photos the job refused. */
  async discard(): Promise<void> {
    await this.settled()
    const keys: string[] = []
    for (let number = this.committed; number < this.number; number++)
      keys.push(packKey(this.id, `${this.name}-${number}`))
    if (keys.length > 0) await this.store.remove(keys)
  }

  private async send(): Promise<void> {
    while (this.sending.size >= MAX_SENDING) await Promise.race(this.sending)
    if (shouldYield()) await yieldToEventLoop()
    if (this.failure) throw this.failure
    const { bytes, pieces } = this
    this.bytesInFlight += bytes
    const sent = this.store
      .put(
        packKey(this.id, `${this.name}-${this.number++}`),
        pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces),
      )
      .catch((error) => {
        this.failure ??= error
      })
      .finally(() => {
        this.sending.delete(sent)
        this.bytesInFlight -= bytes
      })
    this.sending.add(sent)
    this.pieces = []
    this.bytes = 0
  }
}

/** Reads photos from a shard's packs. Each pack is fetched once and released after its last photo. */
export class PackReader {
  private readonly fetched = new Map<string, Promise<Uint8Array>>()
  private readonly remaining = new Map<string, number>()

  /** @param lines everything that will be read */
  constructor(
    private readonly store: ObjectStore,
    private readonly id: string,
    lines: readonly ManifestLine[],
  ) {
    for (const { upload } of lines)
      if (upload) this.remaining.set(upload.pack, (this.remaining.get(upload.pack) ?? 0) + 1)
  }

  /** @throws Problem `not_found` */
  async read({ pack, at, length }: PackRange, signal: AbortSignal): Promise<Uint8Array> {
    const remaining = (this.remaining.get(pack) ?? 1) - 1
    this.remaining.set(pack, remaining)
    const bytes = this.fetched.get(pack) ?? this.fetch(pack, signal)
    if (remaining > 0) this.fetched.set(pack, bytes)
    else this.fetched.delete(pack)
    return (await bytes).subarray(at, at + length)
  }

  private async fetch(pack: string, signal: AbortSignal): Promise<Uint8Array> {
    const object = await this.store.get(packKey(this.id, pack), { signal })
    if (object === null) throw new Problem('not_found', 'The uploaded photo no longer exists.')
    return object.bytes
  }
}

/** Packs whose photos are all done. */
export function finishedPacks(lines: readonly ManifestLine[], isDone: (position: number) => boolean): string[] {
  const open = new Set<string>()
  const all = new Set<string>()
  for (const [position, { upload }] of lines.entries()) {
    if (!upload) continue
    all.add(upload.pack)
    if (!isDone(position)) open.add(upload.pack)
  }
  return [...all].filter((pack) => !open.has(pack))
}
