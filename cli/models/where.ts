import type { Surroundings } from '../surroundings'

/** Where the models are. */
export type Where = Surroundings & { modelsDir: string }
