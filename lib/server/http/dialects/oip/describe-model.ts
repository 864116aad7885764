import type { GraphSignature } from '../../../engine/types'
import { ENCODED_IMAGE, MAX_BATCH } from './infer-input'
import { outputsOf } from './infer-result'
import { DATATYPES, type Datatype } from './tensors'

interface TensorMetadata {
  name: string
  datatype: Datatype
  /** The batch, of any size, is -1. */
  shape: number[]
}

export interface ModelMetadata {
  name: string
  versions: string[]
  platform: string
  inputs: TensorMetadata[]
  outputs: TensorMetadata[]
}

/** The part of Triton's model configuration that clients read to prepare a request. */
export interface ModelConfig {
  name: string
  platform: string
  backend: string
  max_batch_size: number
  /** Without the batch. */
  input: { name: string; data_type: string; dims: number[]; optional: boolean }[]
  output: { name: string; data_type: string; dims: number[] }[]
}

export function modelMetadata(signature: GraphSignature): ModelMetadata {
  const { model, input } = signature
  return {
    name: model.id,
    versions: ['1'],
    platform: 'onnxruntime_onnx',
    inputs: [
      { name: input.name, datatype: DATATYPES[input.type], shape: [-1, ...input.shape] },
      { name: ENCODED_IMAGE, datatype: 'BYTES', shape: [-1] },
    ],
    outputs: outputsOf(signature).map(({ name, datatype, shape }) => ({ name, datatype, shape: [-1, ...shape] })),
  }
}

export function modelConfig(signature: GraphSignature): ModelConfig {
  const { model, input } = signature
  return {
    name: model.id,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    max_batch_size: MAX_BATCH,
    input: [
      { name: input.name, data_type: typeOf(DATATYPES[input.type]), dims: input.shape, optional: true },
      { name: ENCODED_IMAGE, data_type: 'TYPE_STRING', dims: [1], optional: true },
    ],
    output: outputsOf(signature).map(({ name, datatype, shape }) => ({
      name,
      data_type: typeOf(datatype),
      dims: shape,
    })),
  }
}

function typeOf(datatype: Datatype): string {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`
}
