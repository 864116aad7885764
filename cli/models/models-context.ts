import type { CommandContext } from '../program/context'

/** The command context with the models folder, and the data folder with the custom models. */
export type ModelsContext = CommandContext & { modelsDir: string; dataDir: string }
