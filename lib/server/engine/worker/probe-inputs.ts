import { readFile } from 'node:fs/promises'
import type { Preprocessor } from '@/lib/shared/image/preprocessor'
import { decode } from '../../image/decode'
import { greyPhoto, noisePhoto } from '../../image/probe-images'
import type { WorkerModel } from '../protocol'
import { type InputFormat, requireSize } from './input-format'

/**
 * Prepares the images that a model is tested with, through the same preprocessing as every photo: the self-test image
 * if there is one, a gray landscape image, a portrait image of noise and a tiny one. Each must come out in the size
 * that the graph expects.
 *
 * @returns RGB pixels; the self-test image first
 * @throws Error stating what is wrong with the preprocessing and what to set
 */
export async function prepareProbes(
  { selfTest }: Pick<WorkerModel, 'selfTest'>,
  preprocessor: Preprocessor,
  input: InputFormat,
  maxPixels: number,
): Promise<Uint8Array[]> {
  const photos: [photo: Uint8Array, description: string][] = [
    ...(selfTest ? [[await readFile(selfTest.picture), ' for the self-test image'] as [Uint8Array, string]] : []),
    [await greyPhoto(120, 80), ' for a landscape photo'],
    [await noisePhoto(60, 90), ' for a portrait photo'],
    [await noisePhoto(3, 2), ' for a tiny photo'],
  ]
  const inputs: Uint8Array[] = []
  for (const [photo, description] of photos) {
    const decoded = await decode(photo, preprocessor, maxPixels)
    requireSize(decoded, input, description)
    inputs.push(decoded.pixels)
  }
  return inputs
}

/**
 * Adapts the preprocessing to the graph's channels: a single-channel model gets grayscale.
 *
 * @throws Error if mean or standard deviation have a different number of channels
 */
export function adaptToChannels(preprocessor: Preprocessor, { channels }: Pick<InputFormat, 'channels'>): Preprocessor {
  const { normalisation } = preprocessor
  const adapted = channels === 1 ? { ...preprocessor, channels: 'grey' as const } : preprocessor
  if (normalisation === null || normalisation.mean.length === channels) return adapted
  const { mean, std } = normalisation
  const same = [mean, std].every((values) => values.every((value) => value === values[0]))
  // Three equal values are equivalent to one for a single channel.
  if (channels === 1 && same)
    return { ...adapted, normalisation: { ...normalisation, mean: mean.slice(0, 1), std: std.slice(0, 1) } }
  const expected = channels === 1 ? '1 channel (gray)' : '3 channels'
  throw new Error(
    `preprocessor_config.json: image_mean and image_std have ${mean.length} values, but the model expects ${expected}`,
  )
}
