/** Next.js refuses longer router states. */
const MAX_LENGTH = 40_000
const KINDS = [
  'c',
  'oc',
  'd',
  ...['ci', 'di'].flatMap((kind) => ['(..)(..)', '(.)', '(..)', '(...)'].map((at) => kind + at)),
]
const FETCHES = ['refetch', 'inside-shared-layout', 'metadata-only']

/**
 * Whether Next.js can parse a Next-Router-State-Tree header. It responds with 500 to any other, which any client could
 * send. A unit test compares this with Next.js's own parser.
 */
export function isRouterState(header: string): boolean {
  if (header.length > MAX_LENGTH) return false
  try {
    return isTree(JSON.parse(decodeURIComponent(header)))
  } catch {
    return false
  }
}

function isTree(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 2 || value.length > 6) return false
  const [segment, children, refresh, fetch, hints, name] = value
  return (
    isSegment(segment) &&
    isRecord(children) &&
    Object.values(children).every(isTree) &&
    (refresh == null || isPair(refresh)) &&
    (fetch == null || FETCHES.includes(fetch)) &&
    (hints == null || (typeof hints === 'number' && !Number.isNaN(hints))) &&
    (name === undefined || typeof name === 'string')
  )
}

function isSegment(value: unknown): boolean {
  if (typeof value === 'string') return true
  if (!Array.isArray(value) || value.length !== 4) return false
  const [name, key, kind, siblings] = value
  return isText(name) && isText(key) && KINDS.includes(kind) && (siblings === null || isTexts(siblings))
}

const isText = (value: unknown) => typeof value === 'string'
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)
const isPair = (value: unknown) => isTexts(value) && (value as string[]).length === 2
const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null
