import type { DeviceSession } from './device-session'
import { explainPhoto } from './explain-photo'
import { DEVICE_UNABLE, endsWorker, failureOf } from './failures'
import { ModelsHere } from './models-here'
import { openModel } from './open-model'
import { photoRow, readPhoto } from './photo-row'
import type { DeviceRequest, FromDeviceWorker, RowRequest, ToDeviceWorker } from './protocol'
import { canRunHere, prepareOnnxRuntime } from './runtimes'
import { Turns } from './turns'

/** Entry point of the worker that runs models in this browser: one photo after the other. */

prepareOnnxRuntime()

const models = new ModelsHere(openModel)
const running = new Map<number, AbortController>()
/** Photos run in order, whatever their models. */
const turns = new Turns()

const send = (message: FromDeviceWorker) => self.postMessage(message)

async function handle(request: DeviceRequest | RowRequest): Promise<void> {
  const { id, model } = request
  const controller = new AbortController()
  const { signal } = controller
  running.set(id, controller)
  try {
    if (!canRunHere()) throw DEVICE_UNABLE
    const onProgress = (received: number, total: number) => send({ kind: 'loading', id, received, total })
    send(await models.use(model, signal, onProgress, (session) => run(request, session, signal)))
  } catch (error) {
    const ended = endsWorker(error)
    if (ended || !signal.aborted) send({ kind: 'failed', id, failure: failureOf(error), ended })
  } finally {
    running.delete(id)
  }
}

async function run(
  request: DeviceRequest | RowRequest,
  session: DeviceSession,
  signal: AbortSignal,
): Promise<FromDeviceWorker> {
  const { id, file } = request
  if (request.kind === 'row') {
    // Photos of a batch are read while the one before them runs.
    const read = readPhoto(file)
    return turns.photo(async () => {
      send({ kind: 'running', id })
      return { kind: 'row', id, row: await photoRow(request, await read, session) }
    }, signal)
  }
  const { crop } = request
  const read = async () => new Uint8Array(await file.arrayBuffer())
  if (request.kind === 'explain') {
    const { label, method } = request
    const explanation = await explainPhoto(
      session,
      { bytes: await read(), crop, label, method },
      {
        step: (work) => turns.step(work, signal),
        onProgress: (done, of) => send({ kind: 'explaining', id, done, of }),
      },
    )
    return { kind: 'explained', id, explanation }
  }
  return turns.photo(async () => {
    const bytes = await read()
    if (request.kind === 'preview') return { kind: 'previewed', id, preview: await session.preview(bytes, crop) }
    send({ kind: 'running', id })
    if (request.kind === 'embed') return { kind: 'embedded', id, photo: await session.embed(bytes, crop) }
    return { kind: 'classified', id, result: await session.classify(bytes, { topK: request.topK, crop }) }
  }, signal)
}

self.onmessage = ({ data }: MessageEvent<ToDeviceWorker>) => {
  if (data.kind === 'cancel') running.get(data.id)?.abort()
  else if (data.kind === 'threads') prepareOnnxRuntime(data.threads)
  else void handle(data)
}
