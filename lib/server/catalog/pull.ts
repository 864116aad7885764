import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Available, WantedFile } from './available'
import { TOKENIZER_FILES } from './catalog'
import { fetchFile, type Hub, type Remote, type RemoteFile, remoteFiles } from './hub'
import { publish, requireId, requireSpace } from './install'
import { dataFile } from './onnx/data-files'
import { bestOnnx, textImageGraphs } from './onnx/find-onnx'
import { readOnnxGraph } from './onnx/read-graph'
import { partialFolder } from './partial-folder'
import { addSimilarity } from './similarity'

/** A model to pull: a repository in the standard layout, or one described in `catalog.json`. */
export type Wanted = Pick<Available, 'id' | 'repo' | 'revision' | 'files' | 'preprocessor'> & {
  /** A config.json, if the repository has none. */
  config?: object | undefined
}

export interface PullEvents {
  /** The files to download, and their total size in bytes. */
  started(files: readonly string[], bytes: number): void
  /** Bytes downloaded since the last call. */
  progress(bytes: number): void
}

/** Configuration files of a model folder, if the repository has them. */
const CONFIGS = ['config.json', 'preprocessor_config.json']

/**
 * Pulls a model from the Hub: resumes an earlier attempt, verifies every file, tests the model, and only then publishes
 * it. An aborted pull leaves nothing half-installed.
 *
 * @param check returns the problem with a model folder, or null
 * @throws InstallError, HubApiError, or Error with a one-line message
 */
export async function pull(
  hub: Hub,
  modelsDir: string,
  wanted: Wanted,
  check: (folder: string) => Promise<string | null>,
  { events, signal, replace }: { events: PullEvents; signal: AbortSignal; replace: boolean },
): Promise<void> {
  requireId(wanted.id)
  const remote: Remote = { repo: wanted.repo, revision: wanted.revision }
  const listing = await remoteFiles(hub, remote)
  const selected = wanted.files ? listedFiles(listing, wanted.files) : conventionalFiles(listing)
  const bytes = selected.reduce((sum, { file }) => sum + file.bytes, 0)
  await requireSpace(modelsDir, bytes)
  events.started(
    selected.map(({ file }) => file.path),
    bytes,
  )
  const folder = partialFolder(modelsDir, wanted.id)
  for (const { file, as } of selected) await fetchFile(hub, remote, file, join(folder, as), events.progress, signal)
  const data = await remainingDataFiles(folder, listing, selected)
  for (const { file, as } of data) await fetchFile(hub, remote, file, join(folder, as), events.progress, signal)
  const isTextImage = textImageGraphs(selected.map(({ as }) => as)) !== null
  const similarityFrom = isTextImage ? await addSimilarity(hub, remote, folder) : null
  const extra = { 'config.json': wanted.config, 'preprocessor_config.json': wanted.preprocessor }
  for (const [name, content] of Object.entries(extra)) {
    if (content) await writeFile(join(folder, name), `${JSON.stringify(content, null, 2)}\n`)
  }
  const source = {
    hub: hub.url,
    ...remote,
    ...(similarityFrom === null ? {} : { similarity_from: similarityFrom }),
    files: Object.fromEntries(
      [...selected, ...data].map(({ file, as }) => [as, { bytes: file.bytes, ...file.digest }]),
    ),
  }
  await writeFile(join(folder, 'source.json'), `${JSON.stringify(source, null, 2)}\n`)
  await publish(modelsDir, wanted.id, check, replace)
}

interface PullFile {
  file: RemoteFile
  /** Path in the model folder. */
  as: string
}

/** The files listed in the catalog, whose checksums take precedence over the Hub's. */
function listedFiles(listing: readonly RemoteFile[], wanted: readonly WantedFile[]): PullFile[] {
  return wanted.map(({ path, as = path, bytes, sha256 }) => {
    const file = listing.find((one) => one.path === path)
    if (!file) throw new Error(`the repository has no file ${path}`)
    if (bytes !== undefined && bytes !== file.bytes) {
      throw new Error(`${path} has ${file.bytes} bytes on the Hub, but catalog.json expects ${bytes}`)
    }
    return { file: sha256 ? { ...file, digest: { algorithm: 'sha256', hex: sha256 } } : file, as }
  })
}

/** The configuration files, the best ONNX file with a known name or both sides of a text-image model, and data files. */
function conventionalFiles(listing: readonly RemoteFile[]): PullFile[] {
  const paths = listing.map(({ path }) => path)
  const both = textImageGraphs(paths)
  const best = bestOnnx(paths, '')
  const graphs = both ? [both.image, both.text] : best === undefined ? [] : [best]
  if (graphs.length === 0)
    throw new Error('the repository has no onnx/model.onnx and no other ONNX file with a common name')
  // Common names of data files, so that their bytes are counted from the start. Others are found in the graph.
  const data = paths.filter((path) =>
    graphs.some((graph) => path.startsWith(graph) && /^(_data(_\d+)?|\.data)$/.test(path.slice(graph.length))),
  )
  const others = both ? [...CONFIGS, ...TOKENIZER_FILES] : CONFIGS
  // Small files first.
  const wanted = [...new Set([...others, ...graphs, ...data])]
  return wanted.flatMap((path) => listing.filter((file) => file.path === path)).map((file) => ({ file, as: file.path }))
}

/**
 * Data files named in the graph that have not been downloaded yet. An invalid model file is reported by the check that
 * follows.
 */
async function remainingDataFiles(
  folder: string,
  listing: readonly RemoteFile[],
  selected: readonly PullFile[],
): Promise<PullFile[]> {
  return selected
    .filter(({ as }) => as.endsWith('.onnx'))
    .flatMap((onnx) => dataFilesIn(folder, onnx, listing, selected))
}

function dataFilesIn(
  folder: string,
  onnx: PullFile,
  listing: readonly RemoteFile[],
  selected: readonly PullFile[],
): PullFile[] {
  let names: string[]
  try {
    names = [...readOnnxGraph(join(folder, onnx.as), onnx.as).dataFiles.keys()]
  } catch {
    return []
  }
  return names.flatMap((name) => {
    const [path, as] = [dataFile(onnx.file.path, name), dataFile(onnx.as, name)]
    const file = listing.find((one) => one.path === path)
    return file && !selected.some((each) => each.as === as) ? [{ file, as }] : []
  })
}
