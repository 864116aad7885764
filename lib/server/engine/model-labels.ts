import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import Papa from 'papaparse'
import type { ModelConfig } from './model-config'

interface Labels {
  /** In the order of the outputs. */
  labels: readonly string[]
  /** Other names of each, in the same order; empty where there are none. */
  synonyms: string[][]
}

/**
 * Labels in the order of the outputs. A model that only says how many classes it has gets numbers for names.
 *
 * @throws Error where they are missing or not complete
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

/** timm's: ids as names, and for each a line of words, of which the first is the label where no other class has it too. */
function fromDescriptions(names: readonly string[], descriptions: Readonly<Record<string, string>>): Labels {
  const words = names.map((name) => (descriptions[name] ?? name).split(', '))
  const firsts = words.map(([first = '']) => first)
  const unique = (label: string) => firsts.indexOf(label) === firsts.lastIndexOf(label)
  return {
    labels: words.map((each) => (unique(each[0] ?? '') ? (each[0] ?? '') : each.join(', '))),
    synonyms: words.map(([, ...others], index) => [names[index] ?? '', ...others].filter(Boolean)),
  }
}

/** The WordNet id and the synonyms of each class, from a CSV. */
export async function readSynonyms(path: string): Promise<string[][]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`config.json: vision.classes names ${basename(path)}, which cannot be read`)
  })
  const { data } = Papa.parse<{ wnid?: string; synonyms?: string }>(text, { header: true, skipEmptyLines: true })
  return data.map(({ wnid, synonyms = '' }) => [...(wnid ? [wnid] : []), ...synonyms.split(', ').filter(Boolean)])
}
