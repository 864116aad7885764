import { Problem } from '../problems/problem'
import type { TensorFile } from '../safetensors/read'

/**
 * The values of a list of whole numbers (int32), copied.
 *
 * @throws Problem `invalid_parameter` if it is missing or of another type
 */
export function int32Tensor({ tensors }: TensorFile, name: string): Int32Array {
  const tensor = tensors.get(name)
  if (tensor?.dtype === 'I32' && tensor.shape.length === 1) return new Int32Array(new Uint8Array(tensor.bytes).buffer)
  throw new Problem('invalid_parameter', `The tensor "${name}" is missing or is not a list of I32.`)
}
