import * as z from 'zod'
import { LabelsError } from './decode'
import { LABEL_SEPARATOR, type LabelsTable, tableOfRecords } from './table'

const Tag = z.object({ '@label': z.string() })
const Image = z.object({ '@name': z.string(), tag: z.array(Tag).default([]) })
const Export = z.object({ annotations: z.object({ image: z.array(Image).default([]) }) })

/**
 * Reads "CVAT for images": `<image name><tag label/></image>`. The XML parser is loaded on demand.
 *
 * @throws LabelsError for any other XML
 */
export async function readCvat(text: string): Promise<LabelsTable> {
  const { XMLParser } = await import('fast-xml-parser')
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseAttributeValue: false,
    isArray: (name) => name === 'image' || name === 'tag',
  })
  const parsed = Export.safeParse(attempt(() => parser.parse(text.replace(/^\uFEFF/, ''))))
  if (!parsed.success || parsed.data.annotations.image.length === 0) {
    throw new LabelsError('no_records', 'The file is XML, but not a "CVAT for images" export with tags.')
  }
  const records = parsed.data.annotations.image.map(({ '@name': name, tag }) => {
    const labels = [...new Set(tag.map((one) => one['@label']))]
    return new Map([
      ['name', name],
      ['label', labels.join(LABEL_SEPARATOR)],
    ])
  })
  return tableOfRecords('cvat', records)
}

function attempt(parse: () => unknown): unknown {
  try {
    return parse()
  } catch (error) {
    throw new LabelsError('not_xml', `The file is not valid XML: ${(error as Error).message}`)
  }
}
