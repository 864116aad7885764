import { readFile } from 'node:fs/promises'
import { fromRoot } from '../config/root'
import { getRuntime } from '../runtime/get-runtime'
import { ownVersion } from '../runtime/versions'

/** What the foot of every page tells about this app. */
export interface AppFacts {
  version: string
  /** The URL of its source code; null if neither the operator nor the package names one. */
  source: string | null
}

/** The version of this app, and where its source code is. */
export async function appFacts(): Promise<AppFacts> {
  const { environment } = await getRuntime()
  return { version: ownVersion(), source: environment.SOURCE_URL ?? (await packageRepository()) }
}

/** The notices of the models, photos, fonts, and libraries that this app contains. */
export function notices(): Promise<string> {
  return readFile(fromRoot('NOTICE'), 'utf8')
}

/** The repository in package.json: a release sets it. */
async function packageRepository(): Promise<string | null> {
  const { repository } = JSON.parse(await readFile(fromRoot('package.json'), 'utf8')) as {
    repository?: { url?: string }
  }
  return repository?.url?.replace(/^git\+/, '').replace(/\.git$/, '') ?? null
}
