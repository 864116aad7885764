import type { CommandContext } from '../program/context'

/** The command context with the models folder. */
export type ModelsContext = CommandContext & { modelsDir: string }
