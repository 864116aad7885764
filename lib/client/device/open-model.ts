import { DeviceSession } from './device-session'
import { loadDeviceModel, loadGraph } from './model-files'
import type { OpenModel } from './models-here'
import { loadVips } from './runtimes'

/** Loads a model's files and the runtimes, and opens the model. */
export const openModel: OpenModel<DeviceSession> = async (name, signal, onProgress) => {
  const spec = await loadDeviceModel(name, signal)
  const [graph, vips] = await Promise.all([loadGraph(spec, signal, onProgress), loadVips()])
  signal.throwIfAborted()
  const session = await DeviceSession.open(spec, graph, vips)
  if (!signal.aborted) return session
  // Nobody waits for it anymore.
  await session.close()
  throw signal.reason
}
