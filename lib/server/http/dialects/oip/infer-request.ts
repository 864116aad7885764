import * as z from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import { parseJsonBody } from '../../json-body'
import { parseRequest } from '../parse-request'
import { MAX_DIMENSIONS } from './tensors'

/** Of a tensor, with the batch. */
export const shape = z.array(z.int().min(0)).max(MAX_DIMENSIONS)

const schema = z.object({
  id: z.string().max(1000).optional(),
  parameters: z.looseObject({ binary_data_output: z.boolean().optional() }).optional(),
  inputs: z
    .array(
      z.object({
        name: z.string(),
        shape,
        datatype: z.string(),
        parameters: z.looseObject({ binary_data_size: z.int().min(0).optional() }).optional(),
        data: z.unknown().optional(),
      }),
    )
    .length(1, 'expected one input'),
  outputs: z
    .array(
      z.object({
        name: z.string(),
        parameters: z
          .looseObject({ binary_data: z.boolean().optional(), classification: z.int().min(0).optional() })
          .optional(),
      }),
    )
    .optional(),
})

export interface RequestedOutput {
  name: string
  binary: boolean
  /** How many classes to return as texts; 0 for the tensor itself. */
  classes: number
}

/** What an input holds: values, nested or flat, or the bytes of a tensor. */
export type InputData = { values: unknown } | { bytes: Uint8Array }

/** A request for inference, over HTTP or gRPC. */
export interface InferRequest {
  id: string | undefined
  input: { name: string; shape: number[]; datatype: string; data: InputData }
  /** All of them if undefined. */
  outputs: RequestedOutput[] | undefined
  /** Whether outputs are binary unless they say otherwise. */
  binary: boolean
}

/**
 * Reads an inference request: JSON, or JSON followed by the bytes of the tensor.
 *
 * @param header `Inference-Header-Content-Length`: the length of the JSON; 0 if the body is the tensor's bytes alone
 * @throws Problem `invalid_json`, `invalid_parameter`
 */
export async function readInferRequest(body: Uint8Array, header: string | undefined): Promise<InferRequest> {
  const length = header === undefined ? body.byteLength : Number(header)
  if (!Number.isInteger(length) || length < 0 || length > body.byteLength)
    throw new Problem('invalid_parameter', 'Inference-Header-Content-Length isn’t the length of the JSON in the body.')
  if (length === 0) {
    const input = { name: '', shape: [], datatype: '', data: { bytes: body } }
    return { id: undefined, input, outputs: undefined, binary: true }
  }
  const { id, parameters, inputs, outputs } = parseRequest(schema, await parseJsonBody(body.subarray(0, length)))
  const [input] = inputs
  if (input === undefined) throw new Problem('invalid_parameter', 'The request has no input.')
  const binary = parameters?.binary_data_output ?? false
  return {
    id,
    input: { ...input, data: dataOf(input, body.subarray(length)) },
    binary,
    outputs: outputs?.map(({ name, parameters: own }) => ({
      name,
      binary: own?.binary_data ?? binary,
      classes: own?.classification ?? 0,
    })),
  }
}

function dataOf({ name, parameters, data }: z.output<typeof schema>['inputs'][number], rest: Uint8Array): InputData {
  const size = parameters?.binary_data_size
  if (size === undefined) {
    if (data === undefined) throw new Problem('invalid_parameter', `The input ${name.slice(0, 60)} has no data.`)
    return { values: data }
  }
  if (size !== rest.byteLength) {
    const detail = `binary_data_size is ${size}, and the body has ${rest.byteLength} bytes after its JSON.`
    throw new Problem('invalid_parameter', detail)
  }
  return { bytes: rest }
}
