import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { type OnnxGraph, readOnnxGraph } from './read-graph'

/**
 * Files in which a model stores weights, relative to its folder. PyTorch 2.9 and later write one next to every model.
 *
 * @param folder the model folder
 * @param file the ONNX file, relative to the folder
 * @throws Error with a one-line message if the file is invalid, or data is missing or truncated
 */
export async function dataFilesOf(folder: string, file: string): Promise<string[]> {
  return checkedDataFiles(folder, file, readOnnxGraph(join(folder, file), file))
}

/** The same for a graph that has already been read. */
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
 * Path of a data file, given the path of the ONNX file and the name stored in it.
 *
 * @throws Error if it is outside the ONNX file's folder
 */
export function dataFile(file: string, location: string): string {
  const within = normalize(location)
  if (location === '' || isAbsolute(location) || within.startsWith('..') || location.includes('\0')) {
    throw new Error(`${file} stores its weights outside its own folder, in ${JSON.stringify(location)}`)
  }
  return join(dirname(file), within)
}
