import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A copy of the bundled models for a test to damage. */
export function copyModels(): string {
  const folder = mkdtempSync(join(tmpdir(), 'models-'))
  cpSync('models', folder, { recursive: true, filter: (path) => !path.includes('build') })
  return folder
}

/** Changes a JSON file in place. */
export function edit<T>(path: string, change: (json: T) => void): void {
  const json = JSON.parse(readFileSync(path, 'utf8')) as T
  change(json)
  writeFileSync(path, JSON.stringify(json))
}
