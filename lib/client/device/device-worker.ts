import { DEVICE_UNABLE, failureOf } from './failures'
import { ModelsHere } from './models-here'
import type { FromDeviceWorker, ToDeviceWorker } from './protocol'
import { canRunHere, prepareOnnxRuntime } from './runtimes'

/** Entry point of the worker that runs models in this browser: one photo after the other. */

prepareOnnxRuntime()

const models = new ModelsHere()
const running = new Map<number, AbortController>()
/** Photos run in order, whatever their models. */
let last: Promise<unknown> = Promise.resolve()

const send = (message: FromDeviceWorker) => self.postMessage(message)

async function classify({ id, file, model, topK, crop }: Extract<ToDeviceWorker, { kind: 'classify' }>) {
  const controller = new AbortController()
  running.set(id, controller)
  try {
    if (!canRunHere()) throw DEVICE_UNABLE
    const session = await models.use(model, controller.signal, (received, total) =>
      send({ kind: 'loading', id, received, total }),
    )
    const turn = last.then(async () => {
      controller.signal.throwIfAborted()
      send({ kind: 'running', id })
      const bytes = new Uint8Array(await file.arrayBuffer())
      return session.classify(bytes, { topK, crop })
    })
    last = turn.catch(() => {})
    send({ kind: 'classified', id, result: await turn })
  } catch (error) {
    if (!controller.signal.aborted) send({ kind: 'failed', id, failure: failureOf(error) })
  } finally {
    running.delete(id)
  }
}

self.onmessage = ({ data }: MessageEvent<ToDeviceWorker>) => {
  if (data.kind === 'classify') void classify(data)
  else running.get(data.id)?.abort()
}
