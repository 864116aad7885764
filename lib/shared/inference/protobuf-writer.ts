/** A field with a message, a string or packed values. */
export function message(field: number, ...contents: Uint8Array[]): Uint8Array {
  const content = join(contents)
  return join([varint(field * 8 + 2), varint(content.length), content])
}

export function text(field: number, value: string): Uint8Array {
  return message(field, new TextEncoder().encode(value))
}

/** A field with a number that isn't negative. */
export function number(field: number, value: number): Uint8Array {
  return join([varint(field * 8), varint(value)])
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Uint8Array.of(...bytes, rest)
}
