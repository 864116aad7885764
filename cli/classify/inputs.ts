import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { glob, isDynamicPattern } from 'tinyglobby'
import { isPhotoName } from '@/lib/shared/photo-name'
import { EXIT, Failure } from '../exit'
import { BucketPhotos } from './bucket'

/**
 * The photos that the command line names, as they were given: files, all photos below folders and places of buckets, patterns, and with `-` the names on
 * stdin, one a line. Each once, in this order; a folder's by name.
 *
 * @throws Failure where nothing is named
 */
export async function listInputs(
  args: readonly string[],
  stdin: NodeJS.ReadableStream,
  buckets: BucketPhotos,
): Promise<string[]> {
  const files = new Set<string>()
  for (const arg of args) {
    if (arg === '-') for await (const line of createInterface(stdin)) line !== '' && files.add(line)
    else for (const file of await expand(arg, buckets)) files.add(file)
  }
  if (files.size === 0) throw new Failure(EXIT.notFound, `There is no photo in ${args.join(', ')}.`)
  return [...files]
}

async function expand(arg: string, buckets: BucketPhotos): Promise<string[]> {
  if (BucketPhotos.names(arg)) return buckets.list(arg)
  const found = await stat(arg).catch(() => null)
  if (found?.isDirectory()) return below(arg)
  // A file of that very name goes before a pattern: names with brackets are common.
  if (found || !isDynamicPattern(arg)) return [arg]
  return (await glob(arg, { expandDirectories: false })).sort()
}

async function below(folder: string): Promise<string[]> {
  const files: string[] = []
  const folders: string[] = []
  for await (const entry of await opendir(folder)) {
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) folders.push(entry.name)
    else if (isPhotoName(entry.name)) files.push(entry.name)
  }
  const all = files.sort().map((name) => join(folder, name))
  for (const name of folders.sort()) all.push(...(await below(join(folder, name))))
  return all
}
