import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Set by setup.ts: a folder with the smallest bundled model only, the default of test servers. */
export const ONE_MODEL = 'TEST_ONE_MODEL'

/** The environment of a server with all bundled models. */
export const ALL_MODELS = { MODELS_DIR: 'models' }

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
