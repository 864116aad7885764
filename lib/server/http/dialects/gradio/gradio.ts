import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import * as z from 'zod'
import type { Classification } from '@/lib/shared/contract/contract'
import { Problem } from '@/lib/shared/problems/problem'
import { json } from '../../json-response'
import type { MemoryBudget } from '../../memory-budget'
import { asProblem } from '../../problem'
import type { AppEnv, Services } from '../../services'
import { formFiles } from '../../upload'
import type { Dialect } from '../dialect'
import { parseRequest } from '../parse-request'
import { type PhotoRequest, photoHandlers } from '../photo-runs'
import { config, info, PREFIX } from './description'
import { follow, sessions } from './sessions'

const TOP_K = 5
const ENDPOINT = 'predict'

const file = z.union([z.string(), z.object({ path: z.string().nullish(), url: z.string().nullish() })])
/** Ends the calls of a session whose results can't be read. The Python client knows this text only. */
const LOST = { msg: 'unexpected_error', event_id: null, message: 'Server stopped unexpectedly.', success: false }

const arguments_ = z.tuple([file]).rest(z.unknown())
const callRequest = z.object({ data: arguments_ })
const namedRequest = z.object({ image: file, model: z.unknown().optional() })
const joinRequest = callRequest.extend({ session_hash: z.string().regex(/^[\w-]{1,64}$/), fn_index: z.int().nullish() })

/**
 * The API of a Gradio app with one function, `predict`: a photo in, labels with confidences out. An upload's path holds
 * the photo itself, and an event's ID its result, so that any instance can take the next step.
 * https://www.gradio.app/guides/querying-gradio-apps-with-curl
 */
export function gradio(services: Services, uploads: MemoryBudget): Dialect {
  const { engine, environment, lifecycle, redis, version } = services
  const handler = photoHandlers(services, uploads)
  const messages = sessions(redis)

  async function predict(request: PhotoRequest, [photo, model]: z.output<typeof arguments_>) {
    const text = typeof photo === 'string' ? photo : (photo.path ?? photo.url ?? '')
    const name = typeof model === 'string' && model !== '' ? model : undefined
    return labelData(await request.classify(await request.photo(text), { model: name, topK: TOP_K, allSelected: true }))
  }

  const upload = handler(async (request, c) => {
    const files = formFiles(await request.wholeRequest(), c.req.header('content-type') ?? '')
    if (files.length === 0) throw new Problem('no_file', 'The form has no file.')
    return json(
      c,
      files.map((bytes) => `data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`),
    )
  })

  const join = handler(async (request, c) => {
    const { data, session_hash: session } = parseRequest(joinRequest, await request.json())
    const event_id = randomUUID().replaceAll('-', '')
    // Keeps the session's stream open: clients take what comes after its end for canceled.
    await messages.add(session, [{ msg: 'heartbeat' }])
    const output = await outcome(() => predict(request, data))
    await messages.add(session, [
      { msg: 'process_starts', event_id, eta: null },
      { msg: 'process_completed', event_id, success: 'data' in output, output },
    ])
    return json(c, { event_id })
  })

  /** Runs a call. A failure is an output: the stream has no other place for it. */
  async function outcome(run: () => Promise<object>): Promise<object> {
    try {
      return { data: [await run()], is_generating: false, duration: 0, render_config: null, changed_state_ids: [] }
    } catch (error) {
      const problem = asProblem(error)
      if (problem.code === 'internal') throw error
      return { error: problem.detail, title: 'Error', visible: true, duration: 10 }
    }
  }

  async function stream(c: Context<AppEnv>): Promise<Response> {
    const session = c.req.query('session_hash') ?? ''
    if (!/^[\w-]{1,64}$/.test(session)) throw new Problem('invalid_parameter', 'session_hash is missing or invalid.')
    return events(c, async (send, signal) => {
      const ended = () => signal.aborted || lifecycle.phase !== 'serving'
      try {
        for await (const texts of follow(messages, session, ended)) for (const text of texts) await send({ data: text })
      } catch (error) {
        if (asProblem(error).code === 'internal') throw error
        await send({ data: JSON.stringify(LOST) })
      }
      // Clients open another one for their next call.
      await send({ data: JSON.stringify({ msg: 'close_stream', event_id: null }) })
    })
  }

  const begin = (argumentsOf: (body: unknown) => z.output<typeof arguments_>) =>
    handler(async (request, c) => {
      requireEndpoint(c)
      const data = argumentsOf(await request.json())
      const output = await outcome(() => predict(request, data))
      return json(c, { event_id: Buffer.from(JSON.stringify(output)).toString('base64url') })
    })
  const beginCall = begin((body) => parseRequest(callRequest, body).data)
  const beginNamedCall = begin((body) => {
    const { image, model } = parseRequest(namedRequest, body)
    return [image, model]
  })

  async function finish(c: Context<AppEnv>): Promise<Response> {
    requireEndpoint(c)
    const output = outputOf(c.req.param('event') ?? '')
    return events(c, async (send) => {
      if (output.data) await send({ event: 'complete', data: JSON.stringify(output.data) })
      else await send({ event: 'error', data: JSON.stringify({ error: output.error ?? null }) })
    })
  }

  const run = handler(async (request, c) => {
    requireEndpoint(c)
    const { data } = parseRequest(callRequest, await request.json())
    return json(c, { data: [await predict(request, data)], is_generating: false, duration: 0 })
  })

  const defaultModel = () => engine.models().find((model) => model.default)?.id ?? ''
  return {
    name: 'gradio',
    routes: {
      '/config': {
        GET: (c) => json(c, config(new URL(c.req.url).origin, version, environment.MAX_IMAGE_BYTES)),
      },
      [`${PREFIX}/info`]: { GET: { withQuery: (c) => json(c, info(defaultModel())) } },
      [`${PREFIX}/upload`]: { POST: { withQuery: upload } },
      [`${PREFIX}/queue/join`]: { POST: { withQuery: join } },
      [`${PREFIX}/queue/data`]: { GET: { withQuery: stream } },
      [`${PREFIX}/call/:name`]: { POST: beginCall },
      // Before the events, which have as many segments.
      [`${PREFIX}/call/v2/:name`]: { POST: beginNamedCall },
      [`${PREFIX}/call/:name/:event`]: { GET: finish },
      [`${PREFIX}/run/:name`]: { POST: { withQuery: run } },
    },
    prefixes: [PREFIX],
    errorReply: (problem) => ({
      status: problem.status,
      body: { error: problem.detail, detail: problem.detail, code: problem.code },
    }),
  }
}

function requireEndpoint(c: Context<AppEnv>): void {
  const name = c.req.param('name') ?? ''
  if (name !== ENDPOINT) throw new Problem('not_found', `The one function is ${ENDPOINT}, not ${name.slice(0, 60)}.`)
}

function labelData({ predictions }: Classification): object {
  return {
    label: predictions[0]?.label ?? null,
    confidences: predictions.map(({ label, score }) => ({ label, confidence: score })),
  }
}

const outputSchema = z.object({ data: z.array(z.unknown()).optional(), error: z.string().optional() })

/** @throws Problem `not_found` if the ID isn't one of these */
function outputOf(event: string): z.output<typeof outputSchema> {
  try {
    return outputSchema.parse(JSON.parse(Buffer.from(event, 'base64url').toString()))
  } catch {
    throw new Problem('not_found', 'There is no event with this ID.')
  }
}

type Send = (message: { event?: string; data: string }) => Promise<void>

function events(c: Context<AppEnv>, write: (send: Send, signal: AbortSignal) => Promise<void>): Response {
  const left = new AbortController()
  const reply = streamSSE(c, async (stream) => {
    stream.onAbort(() => left.abort())
    await write((message) => stream.writeSSE(message), AbortSignal.any([left.signal, c.req.raw.signal]))
  })
  // Node manages the connection, and nginx would buffer the events.
  for (const name of ['connection', 'transfer-encoding']) reply.headers.delete(name)
  reply.headers.set('x-accel-buffering', 'no')
  return reply
}
