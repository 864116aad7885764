/** How the folder of all jobs is held by this process. */
export interface LeaseHandle {
  /** Of this holder alone. */
  readonly name: string
  /** Asked before each change. @throws where this process may not make it */
  guard(): void
  /** The same, looked at anew. */
  verify(): void
  /** Whether who held it before may come back, and still has files of it open. */
  readonly takenOver: boolean
  /** How far the clock of this machine is ahead of that of the folder's disk (milliseconds). */
  clockSkew(): number
}

/** How a job touches the store that it lies in. */
export interface StorageAccess extends LeaseHandle {
  /** Takes a folder away, sooner or later. */
  discard(path: string): void
}
