import type { CommandContext } from '../program/context'

/** Where the models are. */
export type Where = CommandContext & { modelsDir: string }
