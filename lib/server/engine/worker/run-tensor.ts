import { performance } from 'node:perf_hooks'
import type { TensorData } from '@/lib/shared/image/tensor'
import { Problem } from '@/lib/shared/problems/problem'
import type { TensorJob, TensorResult } from '../protocol'
import type { InputFormat } from './input-format'
import type { Scorer } from './scorer'
import type { LoadedModel } from './session'

/** Runs an input that a client prepared. */
export async function runTensor(
  { data, embedding: wanted }: TensorJob,
  { input }: LoadedModel,
  scorer: Scorer,
): Promise<TensorResult> {
  const start = performance.now()
  const { logits, embedding } = await scorer.score(valuesOf(data, input), wanted)
  return { logits, embedding, runMs: performance.now() - start }
}

const ARRAYS = { uint8: Uint8Array, float16: Uint16Array, float32: Float32Array }

/** @throws Problem `invalid_parameter` if the bytes aren't one image's values */
function valuesOf(data: Uint8Array, { type, channels, width, height }: InputFormat): TensorData {
  const length = channels * width * height
  const Values = ARRAYS[type]
  if (data.byteLength !== length * Values.BYTES_PER_ELEMENT)
    throw new Problem('invalid_parameter', `The input has ${data.byteLength} bytes, not ${length} values of ${type}.`)
  // A copy, because the bytes may start anywhere in their buffer.
  return new Values(new Uint8Array(data).buffer)
}
