import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { identifyFile } from '../catalog/onnx/identify-file'

/**
 * Reads a JSON file of a model folder. A leading byte order mark, as written by Windows editors, is ignored.
 *
 * @throws Error if the file is missing, or stating what it is instead
 */
export async function readJson(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name)
  try {
    return JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`${name} is missing`, { cause: error })
    if (!(error instanceof SyntaxError))
      throw new Error(`${name} cannot be read: ${(error as Error).message}`, { cause: error })
    const other = identifyFile(path)
    const reason = other === null || other.startsWith('is JSON') ? `is not valid JSON: ${error.message}` : other
    throw new Error(`${name} ${reason}`, { cause: error })
  }
}

/**
 * Prefixes errors thrown by `read` with the file name.
 *
 * @throws Error with a one-line message
 */
export function withFileName<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const { message } = error as Error
    const reason =
      error instanceof z.ZodError
        ? error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`.trim()).join('; ')
        : message
    throw new Error(`${name}: ${reason}`, { cause: error })
  }
}
