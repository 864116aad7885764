import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mayHoldLabels } from '@/lib/shared/labels-file/parse'
import { EXIT, Failure } from '../program/exit'

/** File names under which exporters save labels next to photos, the most specific first. */
const KNOWN_NAMES =
  /^(labels\.(csv|tsv|txt|jsonl?|ndjson)|_classes\.csv|metadata\.(csv|jsonl)|annotations\.(xml|json|csv)|(train|val|test)\.(csv|txt))$/i

/**
 * Finds the labels file in a folder; undefined if there is none.
 *
 * @throws Failure if there are several candidates
 */
export async function findLabelsFile(folder: string): Promise<string | undefined> {
  const entries = await entriesOf(folder)
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name)
  if (files.includes('labels.csv')) return join(folder, 'labels.csv')
  const known = files.filter((name) => KNOWN_NAMES.test(name))
  // Only tables: a README.txt is not a candidate.
  const some =
    known.length > 0 ? known : files.filter((name) => mayHoldLabels(name) && /\.(csv|tsv|jsonl)$/i.test(name))
  if (some.length > 1) {
    throw new Failure(
      EXIT.usage,
      `${folder} has several labels files: ${some.sort().join(', ')}. Choose one with --labels.`,
    )
  }
  return some[0] === undefined ? undefined : join(folder, some[0])
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => {
    throw new Failure(EXIT.notFound, `There is no folder named ${folder}.`)
  })
}

/** Files that are never photos. */
const NOT_PHOTOS = /^\.|\.(csv|tsv|tab|txt|lst|jsonl?|ndjson|md|html|xml|zip|ini|db)$/i

/** Lists all potential photos below a folder, as relative paths. */
export async function listPhotos(folder: string, subfolder = ''): Promise<string[]> {
  const found: string[] = []
  const entries = await entriesOf(join(folder, subfolder))
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = subfolder === '' ? entry.name : `${subfolder}/${entry.name}`
    if (NOT_PHOTOS.test(entry.name)) continue
    if (entry.isDirectory()) found.push(...(await listPhotos(folder, path)))
    else if (entry.isFile() || entry.isSymbolicLink()) found.push(path)
  }
  return found
}
