import { type ClientRequest, type IncomingMessage, request } from 'node:http'

interface Photo {
  file: string
  bytes: Uint8Array
}

/** A form that the test sends piece by piece. */
export interface SlowUpload {
  /** Sends complete photos. */
  send(photos: readonly Photo[]): Promise<void>
  /** Ends the form. */
  end(): void
  /** The response. It may arrive before the end. */
  reply: Promise<{ status: number; json: Record<string, unknown> }>
}

const BOUNDARY = 'slowly-and-surely'

/** Starts sending a form to a URL. */
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
  // A test may fail before it awaits this.
  read.catch(() => {})
  return {
    async send(photos) {
      for (const { file, bytes } of photos) {
        const head = `\r\ncontent-disposition: form-data; name="files"; filename="${file}"\r\n\r\n`
        // Includes the next boundary, which ends the photo although nothing follows yet.
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
