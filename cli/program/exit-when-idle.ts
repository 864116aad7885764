import type { ExitCode } from './exit'

const CHECK_INTERVAL_MS = 250
type Execve = (file: string, args: string[], env: Record<string, string>) => never

/**
 * Exits with this code as soon as nothing is left to do, without waiting for a call to a disk that does not respond.
 * Such a call cannot be cancelled, and `process.exit` would wait for its thread. Pending output is written first.
 */
export function exitWhenIdle(code: ExitCode): void {
  process.exitCode = code
  const timer = setInterval(() => {
    const stuck = process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))
    if (!stuck || process.stdout.writableLength > 0 || process.stderr.writableLength > 0) return
    clearInterval(timer)
    const { execve } = process as { execve?: Execve }
    // Replacing this process with another program ends it and all its threads. Without `execve`, a signal does.
    if (execve && process.platform !== 'win32') execve.call(process, '/bin/sh', ['sh', '-c', `exit ${code}`], {})
    process.removeAllListeners('SIGTERM')
    process.kill(process.pid, 'SIGTERM')
  }, CHECK_INTERVAL_MS)
  // The timer keeps nothing alive: it only fires if something else does.
  timer.unref()
}
