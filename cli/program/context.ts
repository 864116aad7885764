import type { TimeLimits } from '@/lib/server/engine/slow-model-warning'

/** Where the command stands: the project's root, and how much of the machine it may use. */
export interface CommandContext {
  root: string
  /** How this command is called, for examples. */
  commandName: string
  maxPixels: number
  /** Of a server with these settings. */
  limits: TimeLimits
  defaultWorkers: () => Promise<number>
}
