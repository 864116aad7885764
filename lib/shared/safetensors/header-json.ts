/** A header has tensors in an object, and their shapes in lists. */
const MAX_DEPTH = 3

/** Strings, and everything that opens, closes or separates. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs

/**
 * Parses a header. `JSON.parse` alone would keep the last of two entries with the same name, so that two readers may see
 * different tensors in one file.
 *
 * @throws Error with a one-line reason
 */
export function parseHeader(text: string): Record<string, unknown> {
  requirePlainNesting(text)
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch {
    throw new Error('the header is not JSON')
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new Error('the header is not a JSON object')
  }
  return header as Record<string, unknown>
}

function requirePlainNesting(text: string): void {
  const open: Set<string>[] = []
  let last = ''
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set())
    if (open.length > MAX_DEPTH) throw new Error('the header is nested too deeply')
    if (token === '}' || token === ']') open.pop()
    if (token === ':') requireNew(open.at(-1), last)
    last = token
  }
}

function requireNew(names: Set<string> | undefined, quoted: string): void {
  const name = unquoted(quoted)
  if (name === '__proto__') throw new Error('the header has an entry named __proto__')
  if (names?.has(name)) throw new Error(`the header has two entries named ${JSON.stringify(name.slice(0, 100))}`)
  names?.add(name)
}

/** Escapes are resolved: `"a"` and `"\u0061"` are the same name. */
function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    throw new Error('the header is not JSON')
  }
}
