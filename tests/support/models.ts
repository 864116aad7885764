import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Environment variables that setup.ts sets: folders with one model each. */
export const TINY_MODEL_FOLDER = 'TEST_TINY_MODEL'
export const REAL_MODEL_FOLDER = 'TEST_REAL_MODEL'

/** The environment of a server with the smallest bundled model, for tests that need real labels or real work. */
export const REAL_MODEL = { MODELS_DIR: process.env[REAL_MODEL_FOLDER] ?? 'models' }

/** The environment of a process with a model that takes no time, the default of test servers. */
export const TINY_MODEL = { MODELS_DIR: process.env[TINY_MODEL_FOLDER] ?? 'models' }

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
