import { Problem } from '@/lib/shared/problems/problem'

/** What keeps this server's own store from being used: it is the operator's to mend, and nobody's photo is at fault. */
export type StorageFault = 'storage_full' | 'storage_unavailable'

/** A fault of the store that says by its code what it is like, as those of the system do. */
export class StorageError extends Error {
  override readonly name = 'StoreFault'

  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options)
  }
}

/** Code of a StoreFault of a bucket that jobs read from. */
export const BUCKET_CODE = 'EBUCKET'

/** Space, inodes or a quota are used up. */
const FULL = new Set(['ENOSPC', 'EDQUOT'])
const NO_DESCRIPTORS = new Set(['EMFILE', 'ENFILE'])
const NOT_ALLOWED = new Set(['EROFS', 'EACCES', 'EPERM'])

/** What an error of the file system says of the store; null for an error that is none. */
export function storageFaultOf(error: unknown): StorageFault | null {
  const { code, errno } = error as NodeJS.ErrnoException
  const isSystemError = error instanceof StorageError || (typeof errno === 'number' && !(error instanceof Problem))
  if (!isSystemError) return null
  return FULL.has(code ?? '') ? 'storage_full' : 'storage_unavailable'
}

/** Whether this process has no descriptor left: whatever it opens then fails, a photo of somebody's as well. */
export function isOutOfDescriptors(error: unknown): boolean {
  return NO_DESCRIPTORS.has((error as NodeJS.ErrnoException).code ?? '')
}

/** What the operator is to do, in one line of the log. */
export function adviceFor(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException
  if (FULL.has(code)) return 'make room there: space, inodes, or a larger quota'
  if (NO_DESCRIPTORS.has(code)) return 'let this process open more files: ulimit -n, LimitNOFILE'
  if (NOT_ALLOWED.has(code)) return 'let this process write there: mount it writable, give its user the rights'
  if (code === BUCKET_CODE) return 'see its endpoint, its region and the rights of this server'
  return 'bring it back: mount it again, see the disk’s own log'
}

/** What a caller is told of a fault of the store: nothing of its paths. Any other error comes back as it is. */
export function storageProblem(error: unknown): unknown {
  const fault = storageFaultOf(error)
  if (fault === null) return error
  if (fault === 'storage_full') {
    return new Problem('storage_full', 'The server’s disk is full. Try again later.', { cause: error })
  }
  const detail = 'The server’s store cannot be used at this moment. Try again later.'
  return new Problem('not_ready', detail, { retryAfterSeconds: 5, cause: error })
}

/** Does what touches the store. @throws Problem `storage_full`, `not_ready` where the store fails */
export function withStorage<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw storageProblem(error)
  }
}
