import type { TimeLimits } from '@/lib/server/engine/slow-model-warning'

/** The context of a command: the project root, and the resources it may use. */
export interface CommandContext {
  root: string
  /** How this command was invoked, for examples. */
  commandName: string
  maxPixels: number
  /** Time limits of a server with these settings. */
  limits: TimeLimits
  defaultWorkers: () => Promise<number>
}
