/** This process's hold on the jobs folder. */
export interface LeaseHandle {
  /** Unique to this holder. */
  readonly name: string
  /** Called before each change. @throws if this process may not write */
  guard(): void
  /** The same, but always checks the disk. */
  verify(): void
  /** Whether the previous holder may come back and still has files open. */
  readonly takenOver: boolean
  /** How far this machine's clock is ahead of the disk's (milliseconds). */
  clockSkew(): number
}

/** How a job accesses the storage that it is in. */
export interface StorageAccess extends LeaseHandle {
  /** Deletes a folder now or later. */
  discard(path: string): void
}
