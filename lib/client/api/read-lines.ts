import { type Failure, OFFLINE } from './failure'

/** Turns a network error into `OFFLINE`. */
async function orOffline<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return promise.catch(() => {
    throw signal.aborted ? signal.reason : (OFFLINE satisfies Failure)
  })
}

/** The lines of a response, as they come. @throws Failure, or the signal's reason */
export async function* readLines(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  for (;;) {
    const { done, value = '' } = await orOffline(reader.read(), signal)
    const lines = (rest + value).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (done) return
  }
}
