import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import type { OnnxGraph } from '@/lib/server/catalog/onnx/read-graph'
import { hasBackground } from '@/lib/server/engine/background'
import { readJson } from '@/lib/server/engine/model-file'
import { isTimm } from '@/lib/server/image/timm'
import { EXIT, Failure } from '../program/exit'
import { findLabels, labelsOfFile } from './labels-source'
import { findPreprocessing, type PreprocessingFlags, withFlags } from './preprocessing-source'
import type { Origins } from './summary'

export interface DescribeOptions extends PreprocessingFlags {
  config?: string
  preprocessor?: string
  labels?: string
  output?: string
  /** Whether any number of labels may apply. */
  multiLabel?: boolean
  /** Index of the output that stands for none of the labels. */
  background?: number
}

/** A model's configuration files: paths to copy, or generated content. */
export interface Described {
  config: string | object
  /** Null if config.json contains it, as with timm. */
  preprocessor: string | object | null
  origins: Origins
}

const objectSchema = z.record(z.string(), z.unknown())
const FLAGS = ['size', 'mean', 'std', 'crop', 'channels'] as const

/**
 * Finds the description of a model: files that were given or are next to it, otherwise what exporters leave behind
 * (labels.txt, metadata in the file, its shape). Flags override all of these.
 *
 * @param folders folders to search, nearest first
 * @throws Error with a one-line message; Failure for contradicting flags
 */
export async function describeModel(
  folders: readonly string[],
  graph: OnnxGraph,
  options: DescribeOptions,
): Promise<Described> {
  if (options.channels !== undefined && !['rgb', 'bgr'].includes(options.channels)) {
    throw new Failure(EXIT.usage, `--channels must be rgb or bgr, not ${options.channels}.`)
  }
  const { config, labels } = await configOf(folders, graph, options)
  const parsed = typeof config === 'string' ? await readObject(config) : config
  const preprocessing = await preprocessingOf(folders, graph, parsed, options)
  return { config, preprocessor: preprocessing.json, origins: { labels, ...preprocessing.from } }
}

async function configOf(
  folders: readonly string[],
  graph: OnnxGraph,
  { config, labels, multiLabel, ...options }: DescribeOptions,
): Promise<{ config: string | Record<string, unknown>; labels: string | undefined }> {
  const path = config ?? (await firstExisting(folders.map((folder) => join(folder, 'config.json'))))
  const file = path === undefined ? {} : await readObject(path)
  const has = ['id2label', 'label_names', 'num_classes'].some((key) => key in file)
  const found = labels ? await labelsOfFile(labels) : has ? null : await findLabels(folders, graph)
  if (found === null && !has) {
    throw new Error('the labels are unknown: set --labels to a file with one label per line')
  }
  const flags = visionFlags(options)
  const kept = found === null && Object.keys(flags).length === 0 && !multiLabel
  if (path !== undefined && kept) return { config: path, labels: undefined }
  const { label_names: _names, label_descriptions: _words, ...rest } = file
  const detected = found && hasBackground(found.labels) ? { background: 0 } : {}
  const vision = { ...detected, ...objectSchema.safeParse(file.vision).data, ...flags }
  return {
    config: {
      ...(found ? { ...rest, id2label: Object.fromEntries(found.labels.map((label, index) => [index, label])) } : file),
      ...(multiLabel ? { problem_type: 'multi_label_classification' } : {}),
      ...(Object.keys(vision).length > 0 ? { vision } : {}),
    },
    labels: found?.from,
  }
}

/** What flags say in the place of keys under `vision`. */
function visionFlags({ output, background }: Pick<DescribeOptions, 'output' | 'background'>) {
  return { ...(output ? { output } : {}), ...(background === undefined ? {} : { background }) }
}

async function preprocessingOf(
  folders: readonly string[],
  graph: OnnxGraph,
  config: Record<string, unknown>,
  options: DescribeOptions,
): Promise<{ json: string | object | null; from: Origins }> {
  const hasFlags = FLAGS.some((flag) => options[flag] !== undefined)
  if (isTimm(config) && options.preprocessor === undefined) {
    if (!hasFlags) return { json: null, from: {} }
    throw new Error('config.json is a timm file and defines the preprocessing: change it there, or use --preprocessor')
  }
  const path =
    options.preprocessor ?? (await firstExisting(folders.map((folder) => join(folder, 'preprocessor_config.json'))))
  if (path === undefined) return findPreprocessing(graph, options)
  if (!hasFlags) return { json: path, from: {} }
  return {
    json: withFlags(await readObject(path), graph, options),
    from: { size: options.size ? '--size' : undefined },
  }
}

async function readObject(path: string): Promise<Record<string, unknown>> {
  return objectSchema.parse(await readJson(dirname(path), basename(path)))
}

async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const exists = await stat(path).then(
      (entry) => entry.isFile(),
      () => false,
    )
    if (exists) return path
  }
  return undefined
}
