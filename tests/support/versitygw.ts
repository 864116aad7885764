import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const FOLDER = join('.cache', 'bin')
/** The version in compose.yaml. */
const MODULE = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'

/** The folder with `versitygw`, built with Go if missing; null without Go. */
export function versitygwFolder(): string | null {
  if (existsSync(join(FOLDER, 'versitygw'))) return resolve(FOLDER)
  if (spawnSync('go', ['version']).status !== 0) return null
  const env = { ...process.env, GOBIN: resolve(FOLDER) }
  return spawnSync('go', ['install', MODULE], { env, stdio: 'inherit' }).status === 0 ? resolve(FOLDER) : null
}
