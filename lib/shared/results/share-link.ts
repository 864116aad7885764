// The small build of zod: the page of a shared result needs nothing else of it.
import { z } from 'zod/mini'
import type { Classification } from '../contract/contract'
import { UNCERTAIN_REASONS } from '../metrics/uncertainty'
import { MAX_PICTURE_BYTES, pictureType } from './link-picture'
import { isMultiLabel, shownOf } from './selected'

const MAX_PREDICTIONS = 5
/** Of a multi-label model: all that apply are shown. */
const MAX_SELECTED = 20
/** More names of a label than these explain nothing. */
const MAX_NAMES = 3
const name = z.string().check(z.minLength(1), z.maxLength(120))
const score = z.number().check(z.minimum(0), z.maximum(1))

/** A result as a link carries it: enough to display it. */
const sharedSchema = z.object({
  v: z.literal(1),
  file: z.string().check(z.maxLength(200)),
  model: z.string().check(z.maxLength(200)),
  /** The model's type; links of earlier versions lack it. */
  type: z.optional(z.string().check(z.maxLength(200))),
  /** Other names of the first label. */
  names: z.optional(z.array(name).check(z.maxLength(MAX_NAMES))),
  calibrated: z.boolean(),
  uncertain: z.nullable(z.enum(UNCERTAIN_REASONS)),
  predictions: z.array(z.tuple([name, score])).check(z.minLength(1), z.maxLength(MAX_SELECTED)),
  /** Positions of the labels that apply; only for a multi-label model. */
  selected: z.optional(z.array(z.int().check(z.minimum(0))).check(z.maxLength(MAX_SELECTED))),
})

export interface SharedClassification extends z.output<typeof sharedSchema> {
  /** A small copy of the photo as a `data:` URL; null if the visitor didn't add one. */
  picture: string | null
}

/** Between the result and the picture. Neither contains it. */
const SEPARATOR = '.'

/**
 * The URL fragment that displays a result again. Browsers don't send fragments to servers.
 *
 * @param picture a small copy of the photo, from `smallPicture`
 */
export function toFragment(file: string, result: Classification, picture: Uint8Array | null = null): string {
  const { model, uncertain_reason, predictions } = result
  const shown = shownOf(predictions, MAX_PREDICTIONS).slice(0, MAX_SELECTED)
  const names = predictions[0]?.synonyms?.filter((each) => each.length <= 120).slice(0, MAX_NAMES) ?? []
  const shared: z.output<typeof sharedSchema> = {
    v: 1,
    file: file.slice(0, 200),
    model: model.id,
    ...(model.type !== null && { type: model.type }),
    ...(names.length > 0 && { names }),
    calibrated: model.calibrated,
    uncertain: uncertain_reason,
    predictions: shown.map(({ label, score: value }) => [label, Number(value.toFixed(6))]),
    ...(isMultiLabel(result) && { selected: shown.flatMap(({ selected }, at) => (selected ? at : [])) }),
  }
  const encoded = toBase64Url(new TextEncoder().encode(JSON.stringify(shared)))
  return picture ? encoded + SEPARATOR + toBase64Url(picture) : encoded
}

/** Parses a fragment; null if it is invalid, since anyone can write one. */
export function fromFragment(fragment: string): SharedClassification | null {
  const [result = '', picture] = fragment.replace(/^#/, '').split(SEPARATOR, 2)
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(fromBase64Url(result))
    return { ...sharedSchema.parse(JSON.parse(json)), picture: picture === undefined ? null : toDataUrl(picture) }
  } catch {
    return null
  }
}

/** A picture that is invalid, or was cut off with the end of the link, is left out. The result is still complete. */
function toDataUrl(text: string): string | null {
  try {
    // Too long to decode, let alone to display.
    if (text.length > 2 * MAX_PICTURE_BYTES) return null
    const bytes = fromBase64Url(text)
    const type = pictureType(bytes)
    return type && `data:${type};base64,${toBase64(bytes)}`
  } catch {
    return null
  }
}

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

/** Base64 in characters that URLs don't escape. */
function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}
