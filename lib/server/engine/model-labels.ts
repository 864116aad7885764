import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import Papa from 'papaparse'
import type { ModelConfig } from './model-config'

export interface Labels {
  /** In output order. */
  labels: readonly string[]
  /** Other names of each label, in the same order; empty if there are none. */
  synonyms: readonly (readonly string[])[]
}

/**
 * Returns the labels in output order. A model that only defines its number of classes gets numbered names.
 *
 * @throws Error if labels are missing or incomplete
 */
export function labelsOf({ id2label, label_names, label_descriptions, num_classes }: ModelConfig): Labels {
  if (label_names)
    return label_descriptions
      ? fromDescriptions(label_names, label_descriptions)
      : { labels: label_names, synonyms: [] }
  if (id2label === undefined) {
    if (num_classes === undefined) throw new Error('id2label is missing')
    return { labels: Array.from({ length: num_classes }, (_, index) => `class ${index}`), synonyms: [] }
  }
  const count = Object.keys(id2label).length
  const labels = Array.from({ length: count }, (_, index) => {
    const label = id2label[index]
    if (label === undefined) throw new Error(`id2label has ${count} labels but none for ${index}`)
    return label
  })
  return { labels, synonyms: [] }
}

/**
 * timm uses ids as names, with a comma-separated description for each. The first term becomes the label if no other
 * class shares it.
 */
function fromDescriptions(names: readonly string[], descriptions: Readonly<Record<string, string>>): Labels {
  const words = names.map((name) => (descriptions[name] ?? name).split(', '))
  const firsts = words.map(([first = '']) => first)
  const unique = (label: string) => firsts.indexOf(label) === firsts.lastIndexOf(label)
  return {
    labels: words.map((each) => (unique(each[0] ?? '') ? (each[0] ?? '') : each.join(', '))),
    synonyms: words.map(([, ...others], index) => [names[index] ?? '', ...others].filter(Boolean)),
  }
}

/** Reads the WordNet id and the synonyms of each class from a CSV. */
export async function readSynonyms(path: string): Promise<string[][]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`config.json: vision.classes names ${basename(path)}, which cannot be read`)
  })
  const { data } = Papa.parse<{ wnid?: string; synonyms?: string }>(text, { header: true, skipEmptyLines: true })
  return data.map(({ wnid, synonyms = '' }) => [...(wnid ? [wnid] : []), ...synonyms.split(', ').filter(Boolean)])
}
