import type { Explanation } from '@/lib/shared/contract/explain'
import type { ProblemDetails } from '@/lib/shared/problems/problem'
import { underBase } from '@/lib/shared/web/base-path'
import { type Failure, OFFLINE, parseFailure } from './failure'

interface ExplainCall {
  model: string
  /** Index of the label in the model's output. */
  label: number
  signal: AbortSignal
  /** Runs of the model so far, and of how many. */
  onProgress(done: number, of: number): void
}

type Line = { done: number; of: number } | { explanation: Explanation } | { problem: ProblemDetails }

/**
 * Asks `POST /api/explain` what a label of a photo rests on, and tells how far that is.
 *
 * @throws Failure; what was aborted throws the signal's reason
 */
export async function explain(file: Blob, { model, label, signal, onProgress }: ExplainCall): Promise<Explanation> {
  const query = new URLSearchParams({ model, label: `#${label}`, stream: '1' })
  const reply = await reached(fetch(underBase(`/api/explain?${query}`), { method: 'POST', body: file, signal }), signal)
  if (!reply.ok || !reply.body) throw parseFailure(reply.status, await reply.text(), reply.headers.get('retry-after'))
  for await (const line of linesOf(reply.body, signal)) {
    const said = JSON.parse(line) as Line
    if ('explanation' in said) return said.explanation
    if ('problem' in said) throw parseFailure(said.problem.status, JSON.stringify(said.problem), null)
    onProgress(said.done, said.of)
  }
  throw OFFLINE
}

async function reached<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return promise.catch(() => {
    throw signal.aborted ? signal.reason : (OFFLINE satisfies Failure)
  })
}

async function* linesOf(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  for (;;) {
    const { done, value = '' } = await reached(reader.read(), signal)
    const lines = (rest + value).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (done) return
  }
}
