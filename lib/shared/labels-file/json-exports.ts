import { isList, isObject, type Json, type JsonObject, word } from './json-value'
import { LABEL_SEPARATOR } from './table'

type Fields = Map<string, string>

const objects = (value: Json | undefined): readonly JsonObject[] => (isList(value) ? value.filter(isObject) : [])
const joined = (labels: Iterable<string>) => [...new Set(labels)].filter(Boolean).join(LABEL_SEPARATOR)

/** Label Studio tasks: one record per task and annotation, without cancelled annotations. */
export function labelStudioRecords(tasks: readonly JsonObject[]): Fields[] {
  return tasks.flatMap((task) => {
    const data = isObject(task.data) ? task.data : {}
    const fields = Object.entries(data).map(([name, value]) => [name, word(value)] as const)
    const annotations = objects(task.annotations).filter((one) => one.was_cancelled !== true)
    if (annotations.length === 0) return [new Map([...fields, ['choice', '']])]
    return annotations.map(({ result }) => {
      const choices = objects(result).flatMap(({ value }) =>
        isObject(value) && isList(value.choices) ? value.choices.map(word) : [],
      )
      return new Map([...fields, ['choice', joined(choices)]])
    })
  })
}

/** COCO: the categories of each image, from its annotations. */
export function cocoRecords({ images, annotations, categories }: JsonObject): Fields[] {
  const names = new Map(objects(categories).map(({ id, name }) => [word(id), word(name)]))
  const labels = new Map<string, string[]>()
  for (const { image_id, category_id } of objects(annotations)) {
    const id = word(image_id)
    const name = names.get(word(category_id)) ?? word(category_id)
    labels.set(id, [...(labels.get(id) ?? []), name])
  }
  return objects(images).map(({ id, file_name }) => {
    const found = joined(labels.get(word(id)) ?? [])
    return new Map([
      ['file_name', word(file_name)],
      ['category', found],
    ])
  })
}

/** Datumaro, which CVAT also exports: items with label indices. */
export function datumaroRecords({ items, categories }: JsonObject): Fields[] {
  const label = isObject(categories) && isObject(categories.label) ? categories.label : {}
  const names = objects(label.labels).map(({ name }) => word(name))
  return objects(items).map(({ id, image, annotations }) => {
    const path = isObject(image) ? word(image.path) : ''
    const tags = objects(annotations).filter(({ type }) => type === 'label')
    const found = tags.map(({ label_id }) => names[Number(label_id)] ?? word(label_id))
    return new Map([
      ['file', path || word(id)],
      ['label', joined(found)],
    ])
  })
}
