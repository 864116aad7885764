import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { identifyFile } from '../catalog/onnx/identify-file'

/**
 * A JSON file of a model folder. A byte order mark at its start, as Windows' editors write it, is no part of it.
 *
 * @throws Error saying that it is missing, or what it is instead
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
 * Runs what reads a file, and puts its name before what is wrong with it.
 *
 * @throws Error in one line
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
