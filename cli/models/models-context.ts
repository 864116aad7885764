import type { CommandContext } from '../program/context'

/** Where the models are. */
export type ModelsContext = CommandContext & { modelsDir: string }
