import type { RunLimits } from '@/lib/server/engine/too-slow'

/** Where the command stands: the project's root, and how much of the machine it may use. */
export interface CommandContext {
  root: string
  /** How this command is called, for examples. */
  called: string
  maxPixels: number
  /** Of a server with these settings. */
  limits: RunLimits
  defaultWorkers: () => Promise<number>
}
