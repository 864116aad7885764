import { type ExplainCall, explain } from '@/lib/client/api/explain'
import { type Failure, isServerAway } from '@/lib/client/api/failure'
import { serverWatch } from '@/lib/client/api/server-watch'
import { loadHere } from '@/lib/client/device/run-here'
import type { Explanation } from '@/lib/shared/contract/explain'

/** A server that says it is ready and then fails each time has another fault. */
const MAX_RETRIES = 5

export interface WaitingCall extends ExplainCall {
  /** Whether the model runs in this browser. */
  here: boolean
  /** The server is away. The explanation is requested again once it is back. */
  onAway(): void
}

/**
 * Explains a label, however often the server goes away meanwhile.
 *
 * @throws Failure, or the signal's reason if the call was aborted
 */
export async function explainWhenReady(file: Blob, { here, onAway, ...call }: WaitingCall): Promise<Explanation> {
  for (let retries = 0; ; retries++) {
    try {
      return await (here ? (await loadHere()).explainHere : explain)(file, call)
    } catch (failure) {
      if (call.signal.aborted || !isServerAway(failure as Failure) || retries === MAX_RETRIES) throw failure
    }
    onAway()
    await serverWatch.wait(call.signal)
    call.signal.throwIfAborted()
  }
}
