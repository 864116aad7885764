import { type ClientRequest, type IncomingMessage, request } from 'node:http'

interface Photo {
  file: string
  bytes: Uint8Array
}

/** A form that is sent as slowly as a test wants. */
export interface SlowUpload {
  /** Sends photos, each to its end. */
  send(photos: readonly Photo[]): Promise<void>
  /** Ends the form. */
  end(): void
  /** What the server says of it. It may come before the end. */
  reply: Promise<{ status: number; json: Record<string, unknown> }>
}

const BOUNDARY = 'slowly-and-surely'

/** Begins to send a form to an address. */
export function slowUpload(url: string): SlowUpload {
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
  const call = request(url, { method: 'POST', headers })
  const reply = new Promise<IncomingMessage>((resolve, reject) => call.on('response', resolve).on('error', reject))
  call.write(`--${BOUNDARY}`)
  const read = reply.then(async (response) => {
    const chunks: Buffer[] = []
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
    const json = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
    return { status: response.statusCode ?? 0, json }
  })
  // A test may fail before it asks.
  read.catch(() => {})
  return {
    async send(photos) {
      for (const { file, bytes } of photos) {
        const head = `\r\ncontent-disposition: form-data; name="files"; filename="${file}"\r\n\r\n`
        // With the boundary behind it: then it has ended, though nothing follows yet.
        await written(call, Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${BOUNDARY}`)]))
      }
    },
    end() {
      call.end('--\r\n')
    },
    reply: read,
  }
}

function written(call: ClientRequest, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => call.write(bytes, (error) => (error ? reject(error) : resolve())))
}
