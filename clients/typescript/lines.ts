/** The lines of a body without their ends. An incomplete last line is left out: the connection ended within it. */
export async function* readLines(body: ReadableStream<Uint8Array>, onChunk: () => void): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onChunk()
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/)
      rest = lines.pop() ?? ''
      yield* lines
    }
  } finally {
    reader.releaseLock()
  }
}

/** A server-sent event. */
export interface ServerSentEvent {
  event: string
  data: string
  id: string | undefined
}

/** The events in the lines of a `text/event-stream`. Comments, which keep the connection open, are left out. */
export async function* readEvents(lines: AsyncIterable<string>): AsyncGenerator<ServerSentEvent> {
  let fields = new Map<string, string>()
  for await (const line of lines) {
    if (line !== '') {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
      const before = name === 'data' ? fields.get('data') : undefined
      fields.set(name, before === undefined ? value : `${before}\n${value}`)
      continue
    }
    const data = fields.get('data')
    if (data !== undefined) yield { event: fields.get('event') ?? 'message', data, id: fields.get('id') }
    fields = new Map()
  }
}
