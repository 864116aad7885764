import * as z from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import { type InferRequest, type InputData, shape } from '../http/dialects/oip/infer-request'
import { bytesOfOutput, type InferResult } from '../http/dialects/oip/infer-result'
import { parseRequest } from '../http/dialects/parse-request'
import { bytesOfPacked } from './message-parts'

const parameters = z.record(
  z.string(),
  z.looseObject({ int64_param: z.number().optional(), uint64_param: z.number().optional() }),
)
const bytes = z.instanceof(Uint8Array)
const input = z.object({
  name: z.string(),
  datatype: z.string(),
  shape,
  contents: z.object({ uint_contents: bytes, fp32_contents: bytes, bytes_contents: z.array(bytes) }).nullable(),
})
const schema = z.object({
  model_name: z.string(),
  model_version: z.string(),
  id: z.string().max(1000),
  inputs: z.array(input).length(1, 'expected one input'),
  outputs: z.array(z.object({ name: z.string(), parameters })),
  raw_input_contents: z.array(bytes).max(1, 'expected one, as there is one input'),
})

/**
 * Reads a message for ModelInfer.
 *
 * @throws Problem `invalid_parameter`
 */
export function readInferMessage(message: unknown): { model: string; version: string; request: InferRequest } {
  const { model_name, model_version, id, inputs, outputs, raw_input_contents } = parseRequest(schema, message)
  const [given] = inputs
  if (given === undefined) throw new Problem('invalid_parameter', 'The request has no input.')
  const { name, datatype } = given
  return {
    model: model_name,
    version: model_version,
    request: {
      id,
      input: { name, datatype, shape: given.shape, data: dataOf(given, raw_input_contents[0]) },
      outputs: outputs.map((output) => ({ name: output.name, binary: true, classes: classesOf(output.parameters) })),
      binary: true,
    },
  }
}

/** The reply's message. Its tensors are raw, as Triton sends them. */
export function inferReply({ model, id, outputs }: InferResult): object {
  return {
    model_name: model,
    model_version: '1',
    id: id ?? '',
    outputs: outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    raw_output_contents: outputs.map(bytesOfOutput),
  }
}

function dataOf({ name, datatype, contents }: z.output<typeof input>, raw: Uint8Array | undefined): InputData {
  const typed = typedData(datatype, contents)
  if (raw !== undefined && typed !== null)
    throw new Problem('invalid_parameter', 'The request has both contents and raw_input_contents. Send one of them.')
  if (raw !== undefined) return { bytes: raw }
  if (typed !== null) return typed
  throw new Problem('invalid_parameter', `The input ${JSON.stringify(name.slice(0, 60))} has no data.`)
}

/** The values in the field of their datatype; null if there are none. FP16 has no field. */
function typedData(datatype: string, contents: z.output<typeof input>['contents']): InputData | null {
  if (contents === null) return null
  const { uint_contents, fp32_contents, bytes_contents } = contents
  if (datatype === 'BYTES' && bytes_contents.length > 0) return { values: bytes_contents }
  // A packed list of floats is the tensor.
  if (datatype === 'FP32' && fp32_contents.byteLength > 0) return { bytes: fp32_contents }
  if (datatype === 'UINT8' && uint_contents.byteLength > 0) return { bytes: bytesOfPacked(uint_contents) }
  return null
}

/** Of the classification extension; 0 for the tensor itself. */
function classesOf({ classification }: z.output<typeof parameters>): number {
  const classes = classification?.int64_param ?? classification?.uint64_param ?? 0
  if (Number.isSafeInteger(classes) && classes >= 0) return classes
  throw new Problem('invalid_parameter', 'classification isn’t a number of classes.')
}
