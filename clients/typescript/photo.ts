/** The bytes of a photo: a `File` or `Blob`, a `Buffer` or another view of bytes, or an `ArrayBuffer`. */
export type PhotoBytes = Blob | ArrayBuffer | ArrayBufferView

/** A photo: its bytes, or where the server fetches it (`http:`, `https:`), or a `data:` URL. */
export type Photo = PhotoBytes | URL | string

/** A photo of many, with the name that its result will have. A `File` has one already. */
export type NamedPhoto = PhotoBytes | { name: string; data: PhotoBytes }

/** How a photo is sent as a body of its own. */
export function photoBody(photo: Photo): { body: Blob | string; headers: Record<string, string> } {
  if (photo instanceof URL || typeof photo === 'string') {
    const url = String(photo)
    if (!/^(https?|data):/i.test(url))
      throw new TypeError('A text must be an http:, https: or data: URL. For a file: await openAsBlob(path)')
    const body = JSON.stringify(/^data:/i.test(url) ? { image: url } : { url })
    return { body, headers: { 'content-type': 'application/json' } }
  }
  return { body: blobOf(photo), headers: { 'content-type': 'application/octet-stream' } }
}

/** Bytes as a blob without a copy, if they are one already. */
export function blobOf(bytes: PhotoBytes): Blob {
  return bytes instanceof Blob ? bytes : new Blob([bytes as ArrayBuffer])
}

/** The bytes of a photo and its name: its own, or its position. */
export function named(photo: NamedPhoto, index: number): { name: string; data: Blob } {
  if ('data' in photo && 'name' in photo) return { name: photo.name, data: blobOf(photo.data) }
  const bytes = photo as PhotoBytes & { name?: unknown; webkitRelativePath?: unknown }
  const own = [bytes.webkitRelativePath, bytes.name].find((name) => typeof name === 'string' && name !== '')
  return { name: typeof own === 'string' ? own : `photo-${index + 1}`, data: blobOf(bytes) }
}

/** A form with photos. */
export function formOf(photos: readonly { name: string; data: Blob }[], field = 'files'): FormData {
  const form = new FormData()
  for (const { name, data } of photos) form.append(field, data, name)
  return form
}

/** Lists of up to `size` values, each once it is full. */
export async function* batches<T>(values: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = []
  for await (const value of values) {
    batch.push(value)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
