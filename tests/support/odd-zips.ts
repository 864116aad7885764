/** Where the two heads of a file in a ZIP have their flags, the packing method behind them, and its name (APPNOTE 4.3.7 and 4.3.12). */
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

/** Does not say any more that names are UTF-8, as the packers of macOS and of old Windows. */
export function unmarked(archive: Buffer): Buffer {
  return everyHead(archive, (bytes, flags) => void bytes.writeUInt16LE(bytes.readUInt16LE(flags) & ~0x800, flags))
}

/** Says of a file that it is packed otherwise (APPNOTE 4.4.5). */
export function packedBy(archive: Buffer, file: string, method: number): Buffer {
  return everyHead(archive, (bytes, flags, name) => {
    if (bytes.toString('latin1', name, name + file.length) === file) bytes.writeUInt16LE(method, flags + 2)
  })
}

/** Puts other bytes of the same length, one a letter, in the place of some, wherever they stand. */
export function replaced(archive: Buffer, from: string, to: string): Buffer {
  return Buffer.from(archive.toString('latin1').replaceAll(from, to), 'latin1')
}
