/** An item of a synthetic HEIF file: its type, its size in pixels, and the items it consists of. */
export interface MadeItem {
  id: number
  type: string
  size?: readonly [width: number, height: number]
  parts?: readonly number[]
}

const number = (value: number, bytes: 1 | 2 | 4): Buffer => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

/** A box of ISO/IEC 14496-12. */
export function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([number(8 + body.length, 4), Buffer.from(type, 'latin1'), body])
}

const full = (type: string, version: number, ...content: Buffer[]) =>
  box(type, number(version, 1), Buffer.alloc(3), ...content)

/** The header of a HEIF file with these items and no data. The first is the primary item. */
export function heif(items: readonly MadeItem[], brand = 'heic'): Buffer {
  const sizes = [...new Set(items.flatMap(({ size }) => (size ? [size.join()] : [])))]
  const hdlr = full('hdlr', 0, Buffer.alloc(4), Buffer.from('pict'), Buffer.alloc(13))
  const pitm = full('pitm', 0, number(items[0]?.id ?? 0, 2))
  const infe = items.map(({ id, type }) =>
    full('infe', 2, number(id, 2), number(0, 2), Buffer.from(type, 'latin1'), Buffer.alloc(1)),
  )
  const ispe = sizes.map((size) => full('ispe', 0, ...size.split(',').map((side) => number(Number(side), 4))))
  const sized = items.filter(({ size }) => size)
  const ipma = sized.map(({ id, size }) =>
    Buffer.concat([number(id, 2), number(1, 1), number(sizes.indexOf(size?.join() ?? '') + 1, 1)]),
  )
  const dimg = items.flatMap(({ id, parts }) =>
    parts ? [box('dimg', number(id, 2), number(parts.length, 2), ...parts.map((part) => number(part, 2)))] : [],
  )
  return Buffer.concat([
    box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1${brand}`, 'latin1')),
    full(
      'meta',
      0,
      hdlr,
      pitm,
      full('iinf', 0, number(items.length, 2), ...infe),
      box('iprp', box('ipco', ...ispe), full('ipma', 0, number(sized.length, 4), ...ipma)),
      full('iref', 0, ...dimg),
    ),
  ])
}

/** A HEIC that declares another size for its images than they have. */
export function resized(heic: Buffer, width: number, height: number): Buffer {
  const lie = Buffer.from(heic)
  for (let at = lie.indexOf('ispe'); at >= 0; at = lie.indexOf('ispe', at + 1)) {
    lie.writeUInt32BE(width, at + 8)
    lie.writeUInt32BE(height, at + 12)
  }
  return lie
}

/** The content of the first box of a type, at any depth. */
function contentOf(file: Buffer, type: string): Buffer {
  const at = file.indexOf(type)
  return file.subarray(at + 4, at - 4 + file.readUInt32BE(at - 4))
}

/**
 * A large HEIC like those of phones: a grid whose tiles are all the image of a small HEIC.
 *
 * @param heic a file with one item, as pillow-heif writes a plain photo
 */
export function gridOf(heic: Buffer, columns: number, rows: number): Buffer {
  const [hvcC, ispe, data] = ['hvcC', 'ispe', 'mdat'].map((type) => contentOf(heic, type)) as [Buffer, Buffer, Buffer]
  const [width, height] = [ispe.readUInt32BE(4) * columns, ispe.readUInt32BE(8) * rows]
  const size = full('ispe', 0, number(width, 4), number(height, 4))
  const grid = Buffer.concat([Buffer.from([0, 1, rows - 1, columns - 1]), number(width, 4), number(height, 4)])
  const place = (id: number, method: number, offset: number, length: number) =>
    Buffer.concat([...[id, method, 0, 1].map((value) => number(value, 2)), number(offset, 4), number(length, 4)])
  const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'))
  // Separate items, because nothing may be referenced twice; their data may be the same.
  const tiles = Array.from({ length: columns * rows }, (_, i) => i + 2)
  const infe = [1, ...tiles].map((id) =>
    full('infe', 2, number(id, 2), number(0, 2), Buffer.from(id === 1 ? 'grid' : 'hvc1'), Buffer.alloc(1)),
  )
  const properties = [1, ...tiles].map((id) =>
    Buffer.concat([number(id, 2), Buffer.from(id === 1 ? [1, 1] : [2, 0x82, 3])]),
  )
  const meta = (mdat: number) =>
    full(
      'meta',
      0,
      full('hdlr', 0, Buffer.alloc(4), Buffer.from('pict'), Buffer.alloc(13)),
      full('pitm', 0, number(1, 2)),
      full(
        'iloc',
        1,
        Buffer.from([0x44, 0]),
        number(tiles.length + 1, 2),
        place(1, 1, 0, grid.length),
        ...tiles.map((id) => place(id, 0, mdat, data.length)),
      ),
      full('iinf', 0, number(infe.length, 2), ...infe),
      box(
        'iprp',
        box('ipco', size, box('hvcC', hvcC), box('ispe', ispe)),
        full('ipma', 0, number(properties.length, 4), ...properties),
      ),
      box('idat', grid),
      full('iref', 0, box('dimg', number(1, 2), number(tiles.length, 2), ...tiles.map((id) => number(id, 2)))),
    )
  return Buffer.concat([ftyp, meta(ftyp.length + meta(0).length + 8), box('mdat', data)])
}
