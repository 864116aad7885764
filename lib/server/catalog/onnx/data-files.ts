import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { type OnnxGraph, readOnnxGraph } from './read-graph'

/**
 * Files that a model keeps weights in, relative to its folder. PyTorch 2.9 and later write one beside every model.
 *
 * @param folder the model folder
 * @param file the ONNX file, relative to it
 * @throws Error saying in one line what is wrong with the file, or which data is missing or cut off
 */
export async function dataFilesOf(folder: string, file: string): Promise<string[]> {
  return checkedDataFiles(folder, file, readOnnxGraph(join(folder, file), file))
}

/** The same of a graph that was read before. */
export async function checkedDataFiles(folder: string, file: string, graph: OnnxGraph): Promise<string[]> {
  const files: string[] = []
  for (const [location, least] of graph.dataFiles) {
    const path = dataFile(file, location)
    const entry = await stat(join(folder, path)).catch(() => null)
    if (!entry?.isFile())
      throw new Error(`${file} stores its weights in ${location}, which is missing: put that file next to it`)
    if (entry.size < least) {
      throw new Error(
        `${path} is truncated: it has ${entry.size} bytes, but needs at least ${least}. Download it again`,
      )
    }
    files.push(path)
  }
  return files.sort()
}

/**
 * Where a data file lies, given the ONNX file's own path and the name that it gives.
 *
 * @throws Error where that is outside of the ONNX file's folder
 */
export function dataFile(file: string, location: string): string {
  const within = normalize(location)
  if (location === '' || isAbsolute(location) || within.startsWith('..') || location.includes('\0')) {
    throw new Error(`${file} stores its weights outside its own folder, in ${JSON.stringify(location)}`)
  }
  return join(dirname(file), within)
}
