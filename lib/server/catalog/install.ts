import { cp, mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { partialFolder } from './partial-folder'

/** Valid names of model folders: they are displayed, used in URLs, and joined to paths. */
const ID = /^[a-z0-9][\w.-]{0,99}$/i

/** Space that is kept free in addition to the download. */
const SPARE_BYTES = 50_000_000

/** A failed installation. Nothing has changed. */
export class InstallError extends Error {
  constructor(
    readonly kind: 'invalid' | 'exists' | 'missing' | 'no-space',
    message: string,
  ) {
    super(message)
  }
}

/**
 * Checks that this is a valid model name.
 *
 * @throws InstallError `invalid`
 */
export function requireId(id: string): void {
  if (!ID.test(id))
    throw new InstallError(
      'invalid',
      `"${id}" is not a valid model name; use letters, digits, dots, underscores and hyphens`,
    )
}

/**
 * Publishes a complete folder as a model, atomically: other processes see all of it or nothing.
 *
 * @param check returns the problem with a folder, or null
 * @throws InstallError `exists`, or `invalid` with the reason; the folder is then deleted
 */
export async function publish(
  modelsDir: string,
  id: string,
  check: (folder: string) => Promise<string | null>,
  replace = false,
): Promise<void> {
  const [from, to] = [partialFolder(modelsDir, id), join(modelsDir, id)]
  const installed = await exists(to)
  if (installed && !replace)
    throw new InstallError('exists', `the model ${id} is already installed; use --force to replace it`)
  const problem = await check(from)
  if (problem !== null) {
    await rm(from, { recursive: true, force: true })
    throw new InstallError('invalid', `cannot install ${id}: ${problem}`)
  }
  const old = partialFolder(modelsDir, `${id}.old`)
  if (installed) await rename(to, old)
  await rename(from, to)
  await rm(old, { recursive: true, force: true })
}

/** Copies files to the staging folder that `publish` reads. */
export async function stage(modelsDir: string, id: string, files: Record<string, string | object>): Promise<void> {
  const folder = partialFolder(modelsDir, id)
  await rm(folder, { recursive: true, force: true })
  for (const [name, source] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    if (typeof source === 'string') await cp(source, join(folder, name), { recursive: true })
    else await writeFile(join(folder, name), `${JSON.stringify(source, null, 2)}\n`)
  }
}

/**
 * Removes a model, atomically for other processes.
 *
 * @throws InstallError `missing`
 */
export async function remove(modelsDir: string, id: string): Promise<void> {
  requireId(id)
  const [from, trash] = [join(modelsDir, id), partialFolder(modelsDir, `${id}.removed`)]
  if (!(await exists(join(from, 'config.json')))) throw new InstallError('missing', `there is no model named ${id}`)
  await rm(trash, { recursive: true, force: true })
  await rename(from, trash)
  await rm(trash, { recursive: true, force: true })
}

/**
 * Checks that this many bytes fit on the disk.
 *
 * @throws InstallError `no-space`
 */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize >= bytes + SPARE_BYTES) return
  const mega = (count: number) => `${Math.ceil(count / 1e6)} MB`
  throw new InstallError(
    'no-space',
    `the model needs ${mega(bytes)} in ${folder}, but only ${mega(bavail * bsize)} are free`,
  )
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
