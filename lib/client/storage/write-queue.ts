import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb'

/** Writes per transaction. When the disk is full, those of a whole transaction are lost. */
const WRITES_PER_TRANSACTION = 16

export interface Write<Schema extends DBSchema, Name extends StoreNames<Schema>> {
  /** Makes all its requests at once: the transaction is committed right after that. */
  in(transaction: IDBPTransaction<Schema, Name[], 'readwrite'>): Promise<unknown>
  /** Called once it is written. */
  done?(): void
}

/**
 * Writes records of a database in this order, several per transaction and one transaction at a time. Of several writes of
 * one record that wait, only the last is made.
 *
 * Little is lost when the page goes right after a change: transactions are committed explicitly, since those that would
 * commit by themselves are aborted then (https://github.com/w3c/IndexedDB/issues/482), and what still waits is written
 * when the page is hidden or left. Browsers abort all the same what waits for another transaction.
 */
export class WriteQueue<Schema extends DBSchema, Name extends StoreNames<Schema>> {
  private db: IDBPDatabase<Schema> | undefined
  /** The latest write of each record. */
  private readonly waiting = new Map<string, Write<Schema, Name>>()
  private writing = false

  /** @param onFailure called once something can't be kept: in private windows, or when storage is full */
  constructor(
    private readonly open: () => Promise<IDBPDatabase<Schema>>,
    private readonly stores: Name[],
    private readonly onFailure: () => void,
  ) {}

  /** @param record its name */
  add(record: string, write: Write<Schema, Name>): void {
    // The order matters where a record is deleted and comes back.
    this.waiting.delete(record)
    this.waiting.set(record, write)
    if (!this.writing) void this.writeAll()
  }

  /** Forgets what waits to be written. */
  clear(): void {
    this.waiting.clear()
  }

  private async writeAll(): Promise<void> {
    this.writing = true
    globalThis.window?.addEventListener('pagehide', this.leave)
    globalThis.document?.addEventListener('visibilitychange', this.hide)
    // For the changes that come together with the first one.
    await Promise.resolve()
    while (this.waiting.size > 0) {
      try {
        this.db = await this.open()
      } catch {
        this.waiting.clear()
        this.onFailure()
        break
      }
      await this.writeSome(this.db)
    }
    globalThis.window?.removeEventListener('pagehide', this.leave)
    globalThis.document?.removeEventListener('visibilitychange', this.hide)
    this.writing = false
  }

  private readonly hide = (): void => {
    // The browser may stop or discard a hidden page without a word.
    if (document.visibilityState === 'hidden') this.leave()
  }

  /** Doesn't wait for earlier transactions, which come first anyway. */
  private readonly leave = (): void => {
    if (this.db) while (this.waiting.size > 0) void this.writeSome(this.db)
  }

  /** Everything up to the commit happens at once. */
  private async writeSome(db: IDBPDatabase<Schema>): Promise<void> {
    const chunk = [...this.waiting].slice(0, WRITES_PER_TRANSACTION)
    for (const [record] of chunk) this.waiting.delete(record)
    try {
      const transaction = db.transaction(this.stores, 'readwrite')
      const requests = chunk.map(async ([, write]) => write.in(transaction))
      transaction.commit()
      await Promise.all([...requests, transaction.done])
      for (const [, { done }] of chunk) done?.()
    } catch {
      this.onFailure()
    }
  }
}
