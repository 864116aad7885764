/** What a cell can hold; null is an empty one. */
export type Cell = string | number | boolean | null

/** Characters that Excel takes in a cell, counted as it counts them: in UTF-16. */
const MOST_CHARACTERS = 32_767
/** What the text of a cell ends with that had more. */
export const CUT = ' … [cut: a cell holds 32,767 characters]'

/** Not allowed in XML 1.0, or changed by its readers (a return becomes a line feed): Excel writes them as `_x0001_`. */
const UNWRITABLE =
  '[\\u0000-\\u0008\\u000b-\\u001f\\ufffe\\uffff]|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]'
/** These, and an underscore that would be read as the beginning of such an escape. */
const ESCAPED = new RegExp(`${UNWRITABLE}|_(?=x[0-9A-Fa-f]{4}(?:_|${UNWRITABLE}))`, 'g')
const MARKUP = /[&<>]/g
/** All that may have to be written otherwise than it is: most texts have none of it. */
const SPECIAL = /[^ -%'-;=?-^`-\ud7ff\ue000-\ufffd]/
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/**
 * A text as the content of an element: what XML cannot hold as `_x0001_`, more than a cell holds cut, with a mark.
 *
 * @example cellText('a\u0001 <b>') // 'a_x0001_ &lt;b&gt;'
 */
export function cellText(text: string): string {
  const short = shortened(text)
  if (!SPECIAL.test(short)) return short
  return short
    .replace(ESCAPED, (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replace(MARKUP, (character) => ENTITIES[character] as string)
}

function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text
  const start = text.slice(0, MOST_CHARACTERS - CUT.length)
  // Not through the middle of a character.
  return (/[\ud800-\udbff]$/.test(start) ? start.slice(0, -1) : start) + CUT
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The name of a column by its place from 0: A, B, …, Z, AA. */
export function columnName(index: number): string {
  const letter = LETTERS.charAt(index % 26)
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter
}

/**
 * A row as an element. Texts are inline, so no spreadsheet takes one for a formula; what is nothing, or no finite number, is left out.
 *
 * @param number of the row, from 1
 * @param style index of its cells in the styles of the workbook
 */
export function rowElement(number: number, cells: readonly Cell[], style = 0): string {
  const styled = style === 0 ? '' : ` s="${style}"`
  let elements = ''
  cells.forEach((cell, index) => {
    if (cell !== null) elements += cellElement(`r="${columnName(index)}${number}"${styled}`, cell)
  })
  return `<row r="${number}">${elements}</row>`
}

function cellElement(attributes: string, cell: string | number | boolean): string {
  if (typeof cell === 'boolean') return `<c ${attributes} t="b"><v>${cell ? 1 : 0}</v></c>`
  if (typeof cell === 'number') return Number.isFinite(cell) ? `<c ${attributes}><v>${cell}</v></c>` : ''
  const space = /^\s|\s$/.test(cell) ? ' xml:space="preserve"' : ''
  return `<c ${attributes} t="inlineStr"><is><t${space}>${cellText(cell)}</t></is></c>`
}
