import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const FOLDER = join('.cache', 'bin')
/** The same that compose.yaml has. */
const MODULE = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'

/** Folder with `versitygw`, built by Go where it is not there yet; null where there is no Go to build it. */
export function versitygwFolder(): string | null {
  if (existsSync(join(FOLDER, 'versitygw'))) return resolve(FOLDER)
  if (spawnSync('go', ['version']).status !== 0) return null
  const env = { ...process.env, GOBIN: resolve(FOLDER) }
  return spawnSync('go', ['install', MODULE], { env, stdio: 'inherit' }).status === 0 ? resolve(FOLDER) : null
}
