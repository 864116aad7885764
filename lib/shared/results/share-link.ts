// The small build of zod: the page of a shared result needs nothing else of it.
import { z } from 'zod/mini'
import type { Classification } from '../contract/contract'
import { UNCERTAIN_REASONS } from '../metrics/uncertainty'

const MAX_PREDICTIONS = 5
const score = z.number().check(z.minimum(0), z.maximum(1))

/** A result as a link carries it: enough to display it, without the photo. */
const sharedSchema = z.object({
  v: z.literal(1),
  file: z.string().check(z.maxLength(200)),
  model: z.string().check(z.maxLength(200)),
  calibrated: z.boolean(),
  uncertain: z.nullable(z.enum(UNCERTAIN_REASONS)),
  predictions: z
    .array(z.tuple([z.string().check(z.minLength(1), z.maxLength(120)), score]))
    .check(z.minLength(1), z.maxLength(MAX_PREDICTIONS)),
})

export type SharedClassification = z.output<typeof sharedSchema>

/** The URL fragment that displays a result again. Browsers don't send fragments to servers. */
export function toFragment(file: string, { model, uncertain_reason, predictions }: Classification): string {
  const shared: SharedClassification = {
    v: 1,
    file: file.slice(0, 200),
    model: model.id,
    calibrated: model.calibrated,
    uncertain: uncertain_reason,
    predictions: predictions
      .slice(0, MAX_PREDICTIONS)
      .map(({ label, score: value }) => [label, Number(value.toFixed(6))]),
  }
  const bytes = new TextEncoder().encode(JSON.stringify(shared))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

/** Parses a fragment; null if it is invalid, since anyone can write one. */
export function fromFragment(fragment: string): SharedClassification | null {
  try {
    const binary = atob(fragment.replace(/^#/, '').replaceAll('-', '+').replaceAll('_', '/'))
    const json = new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(binary, (letter) => letter.charCodeAt(0)),
    )
    return sharedSchema.parse(JSON.parse(json))
  } catch {
    return null
  }
}
