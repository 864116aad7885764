import type { ExitCode } from './exit'

const CHECK_INTERVAL_MS = 250
type Execve = (file: string, args: string[], env: Record<string, string>) => never

/**
 * Ends with this code as soon as nothing is left to do. A call into a disk that does not answer is not waited for: it can neither be stopped nor, by `process.exit`,
 * left behind, which waits for its thread. What is printed is printed before.
 */
export function exitWhenIdle(code: ExitCode): void {
  process.exitCode = code
  const timer = setInterval(() => {
    const stuck = process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))
    if (!stuck || process.stdout.writableLength > 0 || process.stderr.writableLength > 0) return
    clearInterval(timer)
    const { execve } = process as { execve?: Execve }
    // Another program in this one's place has this one's end, and none of its threads. Where Node has no such call a signal ends it.
    if (execve && process.platform !== 'win32') execve.call(process, '/bin/sh', ['sh', '-c', `exit ${code}`], {})
    process.removeAllListeners('SIGTERM')
    process.kill(process.pid, 'SIGTERM')
  }, CHECK_INTERVAL_MS)
  // It keeps nothing alive itself: it comes only where something else does.
  timer.unref()
}
