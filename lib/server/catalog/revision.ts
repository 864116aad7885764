import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { printChecksums } from './checksums'

/** Files besides the graph and its data: labels, temperature and preprocessing. */
const CONFIGURATIONS = ['config.json', 'preprocessor_config.json']

/** The state of a file when a model was read, to detect later whether it has changed. */
export interface FileStamp {
  path: string
  /** Size, modification time and inode. */
  stamp: string
}

export interface Fingerprint {
  /** `sha256:` and the digest of all files that affect predictions. */
  revision: string
  stamps: readonly FileStamp[]
}

/**
 * The revision of a model folder: the SHA-256 of the `sha256sum` output for its graph, data files and configuration
 * files, sorted by name. The equivalent shell command:
 *
 * @example LC_ALL=C sha256sum config.json onnx/model.onnx preprocessor_config.json | sha256sum
 *
 * @param weights the ONNX file and its data files, relative to the folder
 */
export async function fingerprint(folder: string, weights: readonly string[]): Promise<Fingerprint> {
  const digests = new Map<string, string>()
  const stamps: FileStamp[] = []
  for (const name of [...CONFIGURATIONS, ...weights].sort()) {
    const path = join(folder, name)
    const stamp = await stampOf(path)
    if (stamp === null) continue
    stamps.push({ path, stamp })
    digests.set(name.replaceAll('\\', '/'), await fileSha256(path))
  }
  return { revision: `sha256:${createHash('sha256').update(printChecksums(digests)).digest('hex')}`, stamps }
}

/** Null if there is no such file. */
export async function stampOf(path: string): Promise<string | null> {
  const entry = await stat(path, { bigint: true }).catch(() => null)
  return entry ? `${entry.size} ${entry.mtimeNs} ${entry.ino}` : null
}

/** SHA-256 of a file, in hex. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
