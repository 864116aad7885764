/**
 * The coding that a client likes best of those that are offered, by its `Accept-Encoding` (RFC 9110, section 12.5.3): among equals the first that is offered.
 * Null where it takes none of them, or likes the plain bytes better.
 *
 * @example accepted('gzip;q=0.5, br', ['zstd', 'br', 'gzip']) // 'br'
 */
export function accepted<T extends string>(header: string | undefined, offered: readonly T[]): T | null {
  if (!header) return null
  const weights = weightsOf(header)
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0
  // Plain bytes are fine unless they are excluded, but named by themselves only they have a weight to compare.
  let [best, most] = [null as T | null, weights.get('identity') ?? 0]
  for (const coding of offered) {
    const weight = weightOf(coding)
    if (weight > most || (best === null && weight > 0 && weight === most)) [best, most] = [coding, weight]
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
