import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { ZipFile } from 'yazl'

/** Small versions of the gallery's photos: most of the time of a larger one goes into decoding it. */
const PHOTOS = await Promise.all(
  readdirSync('public/gallery')
    .filter((name) => name.endsWith('.webp'))
    .map((name) => sharp(join('public/gallery', name)).resize(128, 128).webp().toBuffer()),
)

/** The given number of photos, all with different bytes. */
export function distinctPhotos(count: number): { file: string; bytes: Buffer }[] {
  return Array.from({ length: count }, (_, i) => ({
    file: `photos/${String(i).padStart(5, '0')}.webp`,
    bytes: Buffer.concat([PHOTOS[i % PHOTOS.length] as Buffer, Buffer.from(String(i))]),
  }))
}

/** The same as files in a folder. */
export function distinctFiles(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const path = join(folder, `${String(i).padStart(4, '0')}.webp`)
    writeFileSync(path, Buffer.concat([PHOTOS[i % PHOTOS.length] as Buffer, Buffer.from(String(i))]))
    return path
  })
}

export function formOf(photos: readonly { file: string; bytes: Buffer }[]): FormData {
  const form = new FormData()
  for (const { file, bytes } of photos) form.append('files', new Blob([new Uint8Array(bytes)]), file)
  return form
}

/** A form that pauses partway until `goOn` is called. */
export async function slowForm(photos: readonly { file: string; bytes: Buffer }[], share: number) {
  const whole = new Response(formOf(photos))
  const bytes = new Uint8Array(await whole.arrayBuffer())
  const half = Math.floor(share * bytes.length)
  let goOn = () => {}
  const told = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(bytes.subarray(0, half))
      await told
      controller.enqueue(bytes.subarray(half))
      controller.close()
    },
  })
  const headers = { 'content-type': whole.headers.get('content-type') as string }
  return { request: { method: 'POST', body, headers, duplex: 'half' } as RequestInit, goOn: () => goOn() }
}

export async function zipOf(photos: readonly { file: string; bytes: Buffer }[], compress = true): Promise<Buffer> {
  const zip = new ZipFile()
  for (const { file, bytes } of photos) zip.addBuffer(bytes, file, { compress })
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Marks every file as encrypted: bit 0 of the flags, in both headers (APPNOTE 4.4.4). */
export function locked(archive: Buffer): Buffer {
  const bytes = Buffer.from(archive)
  for (const [signature, flags] of [
    ['PK\x03\x04', 6],
    ['PK\x01\x02', 8],
  ] as const) {
    for (let at = bytes.indexOf(signature); at >= 0; at = bytes.indexOf(signature, at + 1)) {
      bytes[at + flags] = (bytes[at + flags] ?? 0) | 1
    }
  }
  return bytes
}

/** For a form sent as bytes, piece by piece. */
export const BOUNDARY = 'a-boundary-of-the-test'
export const FORM_TYPE = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }

/** One file of a form, as bytes. */
export function filePart({ file, bytes }: { file: string; bytes: Buffer }, name = 'files'): Buffer {
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"; filename="${file}"\r\ncontent-type: application/octet-stream\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')])
}

export const FORM_END = Buffer.from(`--${BOUNDARY}--\r\n`)
