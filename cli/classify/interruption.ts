import { EXIT, Failure } from '../program/exit'

/** Aborts a run on Ctrl-C, on SIGTERM, and when the reader of stdout has closed it. The caller ends it. */
export function interruption(): { signal: AbortSignal; end(): void } {
  const interrupted = new AbortController()
  const stop = () => interrupted.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  process.stdout.on('error', stop)
  return {
    signal: interrupted.signal,
    end() {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
    },
  }
}

export function photosFailed(failed: number, all: number): Failure {
  return new Failure(EXIT.failed, `${failed} of ${all} ${all === 1 ? 'photo' : 'photos'} failed.`)
}

/** @param out the file that is written, if any */
export function interruptedFailure(out: string | undefined): Failure {
  const hint = out === undefined ? '' : ` Run the same command with --resume to continue (progress is in ${out}.part).`
  return new Failure(EXIT.interrupted, `Stopped.${hint}`)
}
