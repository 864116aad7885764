/** A file of the browser's private file system, open for one worker: what TypeScript's types of pages lack. */
export interface SyncFile {
  /** Bytes. */
  getSize(): number
  read(buffer: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}

type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncFile> }

/**
 * Opens a file, which is created if need be.
 *
 * @throws DOMException `NoModificationAllowedError` if another worker has it open
 */
export async function openSyncFile(folder: FileSystemDirectoryHandle, name: string): Promise<SyncFile> {
  const handle = (await folder.getFileHandle(name, { create: true })) as SyncFileHandle
  return handle.createSyncAccessHandle()
}
