import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as z from 'zod'
import type { OnnxGraph } from '@/lib/server/catalog/onnx/read-graph'
import { zipMapOf } from '@/lib/server/engine/worker/activation'

/** Labels in output order, and where they were read. */
export interface FoundLabels {
  labels: readonly string[]
  from: string
}

/** Files with labels that are commonly found next to models, one per line or as JSON. */
const LABEL_FILES = [
  'labels.txt',
  'classes.txt',
  'class_names.txt',
  'names.txt',
  'synset.txt',
  'labels.json',
  'classes.json',
  'class_names.json',
]
/** Metadata keys used by exporters: Ultralytics, PaddleX, and common custom names. */
const METADATA_KEYS = ['names', 'character', 'labels', 'classes', 'class_names', 'id2label']

const jsonLabels = z.union([z.array(z.string().min(1)).min(1), z.record(z.string().regex(/^\d+$/), z.string().min(1))])

/**
 * Reads the labels from a given file.
 *
 * @throws Error if it has none
 */
export async function labelsOfFile(path: string): Promise<FoundLabels> {
  const labels = parseLabels(await readFile(path, 'utf8'))
  if (labels.length === 0)
    throw new Error(`${path} has no labels: add one label per line, in the order of the model's outputs`)
  return { labels, from: basename(path) }
}

/** Finds labels next to a model or inside it; null if there are none. */
export async function findLabels(folders: readonly string[], graph: OnnxGraph): Promise<FoundLabels | null> {
  for (const path of folders.flatMap((folder) => LABEL_FILES.map((name) => join(folder, name)))) {
    const text = await readFile(path, 'utf8').catch(() => null)
    const labels = text === null ? [] : parseLabels(text)
    if (labels.length > 0) return { labels, from: basename(path) }
  }
  for (const key of METADATA_KEYS) {
    const text = graph.metadata.get(key)
    const labels = text === undefined ? [] : parseLabels(text)
    if (labels.length > 0) return { labels, from: `the model's metadata (${key})` }
  }
  const labels = zipMapOf(graph)?.labels ?? []
  return labels.length > 0 ? { labels, from: "the model's list of scores (ZipMap)" } : null
}

/** Parses labels: one per line (with or without its number), a JSON list or object, or a Python literal. */
function parseLabels(text: string): string[] {
  const content = text.replace(/^\uFEFF/, '').trim()
  if (/^[[{]/.test(content)) return fromJson(content) ?? fromPython(content)
  const lines = content.split(/\r\n|\r|\n/).map((line) => line.trim())
  if (content === '' || lines.includes('')) return lines.filter(Boolean)
  const numbered = lines.map((line) => /^(\d+)[\s:,]+(\S.*)$/.exec(line))
  // Teachable Machine writes `0 Cats`.
  return numbered.every((match, index) => Number(match?.[1] ?? -1) === index)
    ? numbered.map((match) => match?.[2] ?? '')
    : lines
}

function fromJson(text: string): string[] | null {
  try {
    return inOrder(jsonLabels.parse(JSON.parse(text)))
  } catch {
    return null
  }
}

/** `{0: 'cat', 1: "dog's"}` or `['cat', 'dog']`, as Ultralytics writes them: strings and numbers only. */
function fromPython(text: string): string[] {
  const parts = [...text.matchAll(/(?:(\d+)\s*:\s*)?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/g)]
  const entries = parts.map(([, key, quoted = ''], i): [string, string] => [
    key ?? String(i),
    quoted.slice(1, -1).replace(/\\(.)/g, '$1'),
  ])
  return inOrder(Object.fromEntries(entries)) ?? []
}

function inOrder(labels: string[] | Record<string, string>): string[] | null {
  if (Array.isArray(labels)) return labels
  const count = Object.keys(labels).length
  const list = Array.from({ length: count }, (_, index) => labels[index])
  return list.every((label) => label !== undefined) ? (list as string[]) : null
}
