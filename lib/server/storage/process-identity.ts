import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import * as z from 'zod'

/** Identifies a process among all containers and hosts. */
export const identitySchema = z.object({
  host: z.string(),
  /** The kernel's boot ID; empty if unknown. */
  boot: z.string(),
  /** The namespace of its process ID. */
  space: z.string(),
  pid: z.int(),
  /** When it started, in the kernel's clock ticks: process IDs are reused, in containers at once. */
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

/** Whether a process is alive; null if it is in another container or on another host, where that can't be seen. */
export function isAlive({ host, boot, space, pid, started }: ProcessIdentity): boolean | null {
  const own = ownIdentity()
  const isLocal = boot !== '' && space !== '' && host === own.host && boot === own.boot && space === own.space
  return isLocal ? startTimeOf(pid) === started : null
}

/** Whether a process is definitely gone. */
export function isGone(identity: ProcessIdentity): boolean {
  return isAlive(identity) === false
}

/** Empty if there is no such process. */
function startTimeOf(pid: number): string {
  // After the name, which may contain spaces and parentheses, the 20th field is the start time.
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
