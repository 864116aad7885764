import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'

/** Which process something is of, among those of all containers and hosts. */
export const identitySchema = z.object({
  host: z.string(),
  /** Of the kernel since it was booted; empty where it does not say. */
  boot: z.string(),
  /** The namespace that its number is of. */
  space: z.string(),
  pid: z.int(),
  /** When it was started, in the kernel's own count: numbers are used again, in containers at once. */
  started: z.string(),
})

export type ProcessIdentity = z.infer<typeof identitySchema>

export function ownIdentity(): ProcessIdentity {
  return {
    host: hostname(),
    boot: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    space: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    started: startTimeOf(process.pid),
  }
}

/** Whether a process lives; null for one of another container or host, of which that cannot be told from here. */
export function isAlive({ host, boot, space, pid, started }: ProcessIdentity): boolean | null {
  const own = ownIdentity()
  const isLocal = boot !== '' && space !== '' && host === own.host && boot === own.boot && space === own.space
  return isLocal ? startTimeOf(pid) === started : null
}

/** Whether a process is gone for sure. */
export function isGone(identity: ProcessIdentity): boolean {
  return isAlive(identity) === false
}

/** Empty where there is no such process. */
function startTimeOf(pid: number): string {
  // After the name, which may hold spaces and brackets, the 20th field is the start time.
  const stat = orEmpty(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function orEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
