import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { batchEngine } from '@/cli/eval/run'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { checkRows } from '@/lib/server/jobs/check/check-rows'
import { ClassificationCache, classifyPhoto } from '@/lib/server/jobs/classify-photo'
import type { ResultRow } from '@/lib/shared/results/columns'
import { COPY_KINDS, type CopyKind, copyOf } from './photo-copies'

const MODEL = 'efficientnet-lite1-int8'

export interface CopiesFound {
  photos: number
  originals: number
  /** Share of the copies of each kind that are in the group of their original. */
  recall: Partial<Record<CopyKind, number>>
  /** Share of the pairs in groups that are of the same photo. */
  precision: number
  /** Pairs of different originals that are in one group. */
  originalsJoined: number
  /** CPU time of the check. */
  seconds: number
}

/** Makes copies of the photos of a folder and checks all of them together. */
export async function copiesFound(
  folder: string,
  limit: number,
  kinds: readonly CopyKind[] = COPY_KINDS,
): Promise<CopiesFound> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(jpe?g|webp|png)$/i.test(name),
  )
  const step = Math.max(1, files.length / limit)
  const chosen = files.sort().filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step))
  const rows = await rowsOf(folder, chosen, kinds)
  const start = process.cpuUsage()
  const { checks, photos } = await checkRows({
    rows,
    count: rows.length,
    known: { labels: new Map(), splits: new Map(), several: null },
  })
  const { user, system } = process.cpuUsage(start)
  const names = photos.list.map(({ file }) => file.split('::') as [string, string])
  const groups = checks.map(({ copy_group }, at) => copy_group ?? -at)
  const original = new Map(names.flatMap(([name, kind], at) => (kind === 'original' ? [[name, groups[at]]] : [])))
  const recall = Object.fromEntries(
    kinds.map((kind) => {
      const own = [...names.keys()].filter((at) => names[at]?.[1] === kind)
      return [kind, own.filter((at) => groups[at] === original.get(names[at]?.[0] ?? '')).length / own.length]
    }),
  )
  return {
    photos: names.length,
    originals: chosen.length,
    recall,
    ...pairsOf(names, groups),
    seconds: (user + system) / 1e6,
  }
}

function pairsOf(names: readonly [string, string][], groups: readonly number[]) {
  let [same, different, originalsJoined] = [0, 0, 0]
  for (const [i, [name, kind]] of names.entries()) {
    for (let j = 0; j < i; j++) {
      if (groups[i] !== groups[j]) continue
      if (names[j]?.[0] === name) same++
      else different++
      if (names[j]?.[0] !== name && kind === 'original' && names[j]?.[1] === 'original') originalsJoined++
    }
  }
  return { precision: same / Math.max(1, same + different), originalsJoined }
}

async function rowsOf(folder: string, files: readonly string[], kinds: readonly CopyKind[]): Promise<ResultRow[]> {
  const entry = (await readCatalog('models')).find(({ id }) => id === MODEL)
  if (!entry) throw new Error(`no model ${MODEL}`)
  const engine = await batchEngine({
    catalog: async () => [{ ...entry, default: true }],
    workerScript: 'dist/engine-worker.js',
    workers: 2,
    maxPixels: 50e6,
  })
  const request = { topK: 1, embedding: true, traits: true, priority: 'batch' } as const
  const cache = new ClassificationCache((image, signal) => engine.classify(image, request, signal))
  const { signal } = new AbortController()
  try {
    const rows: ResultRow[] = []
    for (const [at, file] of files.entries()) {
      const photo = readFileSync(join(folder, file))
      const versions = await Promise.all([photo, ...kinds.map((kind, index) => copyOf(photo, kind, 10 * at + index))])
      const names = ['original', ...kinds]
      const inputs = versions.map((bytes, index) => ({ file: `${file}::${names[index]}`, read: async () => bytes }))
      rows.push(
        ...(await Promise.all(inputs.map((input) => classifyPhoto(input, { id: MODEL, revision: '' }, cache, signal)))),
      )
    }
    return rows
  } finally {
    await engine.close()
  }
}
