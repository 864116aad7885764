import { DeviceSession } from './device-session'
import { loadDeviceModel, loadGraph } from './model-files'
import { loadVips } from './runtimes'

interface Loading {
  session: Promise<DeviceSession>
  /** Those who wait for it; the download ends when none is left. */
  waiting: Set<Waiting>
  stop: AbortController
}

interface Waiting {
  onProgress(received: number, total: number): void
}

/** Sessions that stay open: a comparison uses three. */
const MAX_SESSIONS = 3

/** The models that this browser has loaded, by name. */
export class ModelsHere {
  private readonly models = new Map<string, Loading>()

  /**
   * @param signal ends the wait, and the download if nobody else waits for it
   * @throws Failure, Problem, or the signal's reason
   */
  async use(
    name: string,
    signal: AbortSignal,
    onProgress: (received: number, total: number) => void,
  ): Promise<DeviceSession> {
    const loading = this.models.get(name) ?? this.load(name)
    // The last one used is the last one to be closed.
    this.models.delete(name)
    this.models.set(name, loading)
    const waiting = { onProgress }
    loading.waiting.add(waiting)
    const leave = () => {
      loading.waiting.delete(waiting)
      if (loading.waiting.size > 0) return
      loading.stop.abort(signal.reason)
      this.models.delete(name)
    }
    signal.addEventListener('abort', leave)
    try {
      signal.throwIfAborted()
      return await loading.session
    } finally {
      signal.removeEventListener('abort', leave)
      loading.waiting.delete(waiting)
    }
  }

  private load(name: string): Loading {
    const stop = new AbortController()
    const waiting = new Set<Waiting>()
    const session = open(name, stop.signal, (received, total) => {
      for (const one of waiting) one.onProgress(received, total)
    })
    const loading = { session, waiting, stop }
    session.then(
      () => this.closeOldest(),
      () => this.models.get(name) === loading && this.models.delete(name),
    )
    return loading
  }

  private closeOldest(): void {
    const [oldest] = this.models.keys()
    if (this.models.size <= MAX_SESSIONS || oldest === undefined) return
    const { session } = this.models.get(oldest) as Loading
    this.models.delete(oldest)
    void session.then((one) => one.close()).catch(() => {})
  }
}

async function open(
  name: string,
  signal: AbortSignal,
  onProgress: (received: number, total: number) => void,
): Promise<DeviceSession> {
  const spec = await loadDeviceModel(name, signal)
  const [graph, vips] = await Promise.all([loadGraph(spec, signal, onProgress), loadVips()])
  return DeviceSession.open(spec, graph, vips)
}
