import type { ServedModel } from './model-lookup'
import type { LoadReport } from './protocol'

/** What a model is made of: its files, and input and output of the model that workers load for it. */
interface ModelParts extends ServedModel {
  input: NonNullable<LoadReport['input']>
  output: { name: string; scores: string }
}

/** Where exports find the files of models. */
export interface ModelSource {
  /** @throws Problem `unknown_model`; `not_ready` if it can't be served at the moment */
  parts(name: string): Promise<ModelParts>
}
