import type { DeviceSession } from './device-session'
import { DEVICE_UNABLE, failureOf } from './failures'
import { ModelsHere } from './models-here'
import type { FromDeviceWorker, ToDeviceWorker } from './protocol'
import { canRunHere, prepareOnnxRuntime } from './runtimes'

/** Entry point of the worker that runs models in this browser: one photo after the other. */

type Request = Exclude<ToDeviceWorker, { kind: 'cancel' }>

prepareOnnxRuntime()

const models = new ModelsHere()
const running = new Map<number, AbortController>()
/** Photos run in order, whatever their models. */
let last: Promise<unknown> = Promise.resolve()

const send = (message: FromDeviceWorker) => self.postMessage(message)

async function handle(request: Request): Promise<void> {
  const { id, file, model } = request
  const controller = new AbortController()
  running.set(id, controller)
  try {
    if (!canRunHere()) throw DEVICE_UNABLE
    const session = await models.use(model, controller.signal, (received, total) =>
      send({ kind: 'loading', id, received, total }),
    )
    const turn = last.then(async () => {
      controller.signal.throwIfAborted()
      return run(request, session, new Uint8Array(await file.arrayBuffer()))
    })
    last = turn.catch(() => {})
    send(await turn)
  } catch (error) {
    if (!controller.signal.aborted) send({ kind: 'failed', id, failure: failureOf(error) })
  } finally {
    running.delete(id)
  }
}

async function run(
  request: Request,
  session: DeviceSession,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<FromDeviceWorker> {
  const { id, crop } = request
  if (request.kind === 'preview') return { kind: 'previewed', id, preview: await session.preview(bytes, crop) }
  send({ kind: 'running', id })
  return { kind: 'classified', id, result: await session.classify(bytes, { topK: request.topK, crop }) }
}

self.onmessage = ({ data }: MessageEvent<ToDeviceWorker>) => {
  if (data.kind === 'cancel') running.get(data.id)?.abort()
  else void handle(data)
}
