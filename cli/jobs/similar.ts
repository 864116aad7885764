import { readFile } from 'node:fs/promises'
import type { SimilarPhotosReply } from '@/lib/shared/contract/check'
import { EXIT, Failure } from '../program/exit'
import { table } from '../program/progress'

export interface SimilarOptions {
  file?: string
  photo?: string
  text?: string
  k?: string
}

/** The request that a search for similar photos makes. @throws Failure unless one photo or text is given */
export async function similarRequest(
  at: string,
  { file, photo, text, k }: SimilarOptions,
): Promise<{ at: string; init: RequestInit }> {
  if ([file, photo, text].filter((given) => given !== undefined).length !== 1)
    throw new Failure(EXIT.usage, 'Give one of --file, --photo, and --text.')
  const query = (given: Record<string, string | undefined>) => {
    const known = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return known.length === 0 ? at : `${at}?${new URLSearchParams(known)}`
  }
  if (file !== undefined) return { at: query({ file, k }), init: {} }
  if (text !== undefined) {
    const headers = { 'content-type': 'application/json' }
    return { at: query({ k }), init: { method: 'POST', headers, body: JSON.stringify({ text }) } }
  }
  return { at: query({ k }), init: { method: 'POST', body: await read(photo as string) } }
}

async function read(path: string): Promise<Blob> {
  try {
    return new Blob([new Uint8Array(await readFile(path))])
  } catch (error) {
    throw new Failure(EXIT.notFound, `${path} can't be read: ${(error as Error).message}.`)
  }
}

export function similarTable({ photos }: SimilarPhotosReply): string {
  return table(
    ['similarity', 'photo'],
    photos.map(({ file, similarity }) => [similarity.toFixed(4), file]),
  )
}
