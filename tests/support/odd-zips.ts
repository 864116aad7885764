/**
 * Offsets of the flags (the packing method follows) and the name in the two headers of a ZIP entry (APPNOTE 4.3.7 and
 * 4.3.12).
 */
const HEADS = [
  { signature: 'PK\x03\x04', flags: 6, name: 30 },
  { signature: 'PK\x01\x02', flags: 8, name: 46 },
] as const

function everyHead(archive: Buffer, change: (bytes: Buffer, flags: number, name: number) => void): Buffer {
  const bytes = Buffer.from(archive)
  for (const { signature, flags, name } of HEADS) {
    for (let at = bytes.indexOf(signature); at >= 0; at = bytes.indexOf(signature, at + 1))
      change(bytes, at + flags, at + name)
  }
  return bytes
}

/** Removes the UTF-8 flag, which the archivers of macOS and old Windows don't set. */
export function unmarked(archive: Buffer): Buffer {
  return everyHead(archive, (bytes, flags) => void bytes.writeUInt16LE(bytes.readUInt16LE(flags) & ~0x800, flags))
}

/** Declares another packing method for a file (APPNOTE 4.4.5). */
export function packedBy(archive: Buffer, file: string, method: number): Buffer {
  return everyHead(archive, (bytes, flags, name) => {
    if (bytes.toString('latin1', name, name + file.length) === file) bytes.writeUInt16LE(method, flags + 2)
  })
}

/** Replaces bytes everywhere by others of the same length. */
export function replaced(archive: Buffer, from: string, to: string): Buffer {
  return Buffer.from(archive.toString('latin1').replaceAll(from, to), 'latin1')
}
