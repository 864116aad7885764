import { columnName } from './cells'

/** A column of a table. */
export interface Column {
  name: string
  /** Width of its cells, in characters. */
  width: number
}

/** A sheet of the workbook. */
export interface Sheet {
  name: string
  /** Number of rows, including the header. */
  rows: number
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** Index of the header style in the styles of the workbook. */
export const BOLD = 1

const package_ = (relations: string) =>
  `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relations}</Relationships>`
const relation = (id: string, type: string, target: string) =>
  `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`

/**
 * The parts that don't depend on the rows, in the order they are written. They come first, so that file types are
 * recognized from the start of the file.
 */
export const FIRST_PARTS: readonly (readonly [path: string, xml: string])[] = [
  [
    // Sheets use the default type, because their number isn't known yet.
    '[Content_Types].xml',
    `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Default Extension="xml" ContentType="${TYPES}.worksheet+xml"/>` +
      `<Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/>` +
      `<Override PartName="/xl/styles.xml" ContentType="${TYPES}.styles+xml"/></Types>`,
  ],
  ['_rels/.rels', package_(relation('rId1', 'officeDocument', 'xl/workbook.xml'))],
  [
    'xl/styles.xml',
    `${XML}<styleSheet ${MAIN}>` +
      '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>' +
      '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>' +
      '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
      '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
      '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
      '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
      '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>' +
      '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
  ],
]

export const sheetPath = (index: number) => `xl/worksheets/sheet${index + 1}.xml`

/** The parts that list the sheets. */
export function lastParts(sheets: readonly Sheet[], columns: number): [path: string, xml: string][] {
  const named = sheets.map(({ name }, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`)
  // Excel also stores the range of a filter under this name, and some readers look only there.
  const filters = sheets.map(
    ({ name, rows }, i) =>
      `<definedName name="_xlnm._FilterDatabase" localSheetId="${i}" hidden="1">'${name}'!$A$1:$${columnName(columns - 1)}$${rows}</definedName>`,
  )
  const relations = sheets.map((_, i) => relation(`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`))
  relations.push(relation(`rId${sheets.length + 1}`, 'styles', 'styles.xml'))
  return [
    [
      'xl/workbook.xml',
      `${XML}<workbook ${MAIN} xmlns:r="${RELATIONS}"><bookViews><workbookView/></bookViews>` +
        `<sheets>${named.join('')}</sheets><definedNames>${filters.join('')}</definedNames></workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', package_(relations.join(''))],
  ]
}

/** The start of a sheet, with a frozen first row. */
export function sheetHead(columns: readonly Column[], selected: boolean): string {
  const widths = columns.map(({ width }, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`)
  return (
    `${XML}<worksheet ${MAIN}><sheetViews><sheetView${selected ? ' tabSelected="1"' : ''} workbookViewId="0">` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/>' +
    `</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>${widths.join('')}</cols><sheetData>`
  )
}

/** The end of a sheet, with a filter over all of it. */
export function sheetTail(columns: number, rows: number): string {
  return `</sheetData><autoFilter ref="A1:${columnName(columns - 1)}${rows}"/></worksheet>`
}
