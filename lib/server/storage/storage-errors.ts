import { Problem } from '@/lib/shared/problems/problem'

/** Why this server's own storage can't be used. The operator has to fix it; it is never a photo's fault. */
export type StorageFault = 'storage_full' | 'storage_unavailable'

/** A storage error with a code, like those of the system. */
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

/** Code of a StorageError for a bucket that jobs read photos from. */
export const BUCKET_CODE = 'EBUCKET'

/** Space, inodes or a quota are used up. */
const FULL = new Set(['ENOSPC', 'EDQUOT'])
const NO_DESCRIPTORS = new Set(['EMFILE', 'ENFILE'])
const NOT_ALLOWED = new Set(['EROFS', 'EACCES', 'EPERM'])

/** What a file system error means for the storage; null for any other error. */
export function storageFaultOf(error: unknown): StorageFault | null {
  const { code, errno } = error as NodeJS.ErrnoException
  const isSystemError = error instanceof StorageError || (typeof errno === 'number' && !(error instanceof Problem))
  if (!isSystemError) return null
  return FULL.has(code ?? '') ? 'storage_full' : 'storage_unavailable'
}

/** Whether this process has no file descriptors left. Anything it opens then fails, including photos. */
export function isOutOfDescriptors(error: unknown): boolean {
  return NO_DESCRIPTORS.has((error as NodeJS.ErrnoException).code ?? '')
}

/** What the operator should do, for the log. */
export function adviceFor(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException
  if (FULL.has(code)) return 'free space or inodes there, or raise the quota'
  if (NO_DESCRIPTORS.has(code)) return 'raise the limit on open files of this process: ulimit -n, LimitNOFILE'
  if (NOT_ALLOWED.has(code))
    return 'allow this process to write there: mount it writable, and give its user write permission'
  if (code === BUCKET_CODE) return 'check its endpoint, its region and the permissions of this server'
  return 'mount it again, and check the disk’s own log'
}

/** What a client learns of a storage failure, without any paths. Any other error is returned as it is. */
export function storageProblem(error: unknown): unknown {
  const fault = storageFaultOf(error)
  if (fault === null) return error
  if (fault === 'storage_full') {
    return new Problem('storage_full', 'The server’s disk is full. Try again later.', { cause: error })
  }
  const detail = 'The server’s storage is unavailable at the moment. Try again later.'
  return new Problem('not_ready', detail, { retryAfterSeconds: 5, cause: error })
}

/** Runs an action on the storage. @throws Problem `storage_full`, `not_ready` if the storage fails */
export function withStorage<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw storageProblem(error)
  }
}
