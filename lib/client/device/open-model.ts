import { DeviceSession } from './device-session'
import { loadDeviceModel, loadGraph } from './model-files'
import type { OpenModel } from './models-here'
import { describeOwnModel } from './own-model'
import { isOwnModel } from './own-model-id'
import { loadVips } from './runtimes'

/** Loads a model's files and the runtimes, and opens the model. */
export const openModel: OpenModel<DeviceSession> = async (name, signal, onProgress) => {
  const spec = await (isOwnModel(name) ? describeOwnModel(name, signal) : loadDeviceModel(name, signal))
  const vips = loadVips()
  // With the graph, so that both are loaded at the same time.
  const load = async () => {
    const [graph] = await Promise.all([loadGraph(spec, signal, onProgress), vips])
    signal.throwIfAborted()
    return graph
  }
  const session = await DeviceSession.open(spec, load, vips)
  if (!signal.aborted) return session
  // Nobody waits for it anymore.
  await session.close()
  throw signal.reason
}
