/**
 * Picks the offered content coding that the client prefers by its `Accept-Encoding` (RFC 9110, section 12.5.3). On a
 * tie, the one offered first wins. Null if it accepts none of them, or prefers an unencoded body.
 *
 * @example negotiateEncoding('gzip;q=0.5, br', ['zstd', 'br', 'gzip']) // 'br'
 */
export function negotiateEncoding<T extends string>(header: string | undefined, offered: readonly T[]): T | null {
  if (!header) return null
  const weights = weightsOf(header)
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0
  // An unencoded body is always acceptable unless excluded, but only an explicit "identity" has a weight to compare.
  let [best, highest] = [null as T | null, weights.get('identity') ?? 0]
  for (const coding of offered) {
    const weight = weightOf(coding)
    if (weight > highest || (best === null && weight > 0 && weight === highest)) [best, highest] = [coding, weight]
  }
  return best
}

function weightsOf(header: string): Map<string, number> {
  const weights = new Map<string, number>()
  for (const each of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(name === 'x-gzip' ? 'gzip' : name, q === undefined ? 1 : Number(q.slice(2)) || 0)
  }
  return weights
}
