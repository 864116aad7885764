/** The value of a cell; null is an empty cell. */
export type Cell = string | number | boolean | null

/** Excel's limit of characters per cell, in UTF-16 code units. */
const MAX_CHARACTERS = 32_767
/** Ending of truncated cell text. */
export const CUT = ' … [cut: a cell holds 32,767 characters]'

/**
 * Characters that XML 1.0 doesn't allow or that its parsers change (a carriage return becomes a line feed). Excel
 * writes them as `_x0001_`.
 */
const INVALID_XML =
  '[\\u0000-\\u0008\\u000b-\\u001f\\ufffe\\uffff]|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]'
/** These, and an underscore that would be read as the start of such an escape. */
const ESCAPED = new RegExp(`${INVALID_XML}|_(?=x[0-9A-Fa-f]{4}(?:_|${INVALID_XML}))`, 'g')
const MARKUP = /[&<>]/g
/** Any character that may need escaping: most texts have none. */
const SPECIAL = /[^ -%'-;=?-^`-\ud7ff\ue000-\ufffd]/
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/**
 * Escapes text for an element: characters that XML can't contain become `_x0001_`, and text too long for a cell is
 * truncated and marked.
 *
 * @example cellText('a\u0001 <b>') // 'a_x0001_ &lt;b&gt;'
 */
function cellText(text: string): string {
  const short = truncate(text)
  if (!SPECIAL.test(short)) return short
  return short
    .replace(ESCAPED, (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replace(MARKUP, (character) => ENTITIES[character] as string)
}

function truncate(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text
  const start = text.slice(0, MAX_CHARACTERS - CUT.length)
  // Doesn't split a surrogate pair.
  return (/[\ud800-\udbff]$/.test(start) ? start.slice(0, -1) : start) + CUT
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** The name of a column by its index from 0: A, B, …, Z, AA. */
export function columnName(index: number): string {
  const letter = LETTERS.charAt(index % 26)
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter
}

/**
 * Formats a row as an element. Strings are inline, so spreadsheets don't read them as formulas; empty cells and
 * non-finite numbers are omitted.
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
