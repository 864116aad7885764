import { classCount, type Model } from '@/lib/server/engine/model'
import { thresholdsOf } from '@/lib/server/engine/problem-type'
import type { LoadReport } from '@/lib/server/engine/protocol'
import type { TextSide } from '@/lib/server/engine/text-side'
import type { Preprocessor } from '@/lib/shared/image/preprocessor'

/** Where the parts of a model's description were found; own files if absent. */
export interface Origins {
  labels?: string | undefined
  size?: string | undefined
  numbers?: string | undefined
  channels?: string | undefined
}

const LABELS_SHOWN = 4
const SCORES: Record<string, string> = {
  logits: 'logits, converted to probabilities by softmax',
  probabilities: 'probabilities',
  'binary probability': 'one probability, for the second label',
  'binary logit': 'one logit, for the second label',
  'independent probabilities': 'independent probabilities',
}

/**
 * A short summary of how a model was interpreted, so that a wrong guess is noticed before the first wrong prediction.
 */
export function summary(model: Model, { input, output, runMs }: LoadReport, from: Origins): string {
  const { labels, preprocessor, text } = model
  const named = labels.filter((_, index) => index !== model.background)
  const examples = named.slice(0, LABELS_SHOWN).join(', ')
  const rows: [string, string, string | undefined][] = [
    [
      'labels',
      text ? 'any, in words' : `${classCount(model)}: ${examples}${named.length > LABELS_SHOWN ? ', …' : ''}`,
      from.labels,
    ],
    ['input', `${input?.width} × ${input?.height}, ${preprocessor ? geometry(preprocessor) : ''}`, from.size],
    ['channels', input?.channels === 1 ? '1 (gray)' : (preprocessor?.channels ?? 'rgb').toUpperCase(), from.channels],
    ['values', preprocessor ? describeNormalisation(preprocessor, input?.type) : '', from.numbers],
    ['scores', text ? similarity(text) : `${scoresOf(model, output?.scores)} (output ${output?.name})`, undefined],
    ['speed', `${duration(runMs ?? 0)} per run on one core of this machine`, undefined],
  ]
  return rows.map(([key, value, origin]) => `  ${key.padEnd(10)}${value}${origin ? ` (${origin})` : ''}\n`).join('')
}

/** What the output holds, and which labels apply. */
function scoresOf({ multiLabel, labels, background }: Model, kind = 'logits'): string {
  const other = background === null ? '' : `; output ${background} is for none of the labels`
  if (multiLabel === null) return `${SCORES[kind] ?? 'logits'}${other}`
  const values = kind === 'logits' ? 'logits, each converted to a probability by a sigmoid' : SCORES[kind]
  return `${values}; any number of labels may apply, ${thresholdWords({ multiLabel, labels })}`
}

/** From which scores labels apply. */
export function thresholdWords({ multiLabel, labels }: Pick<Model, 'multiLabel' | 'labels'>): string {
  const thresholds = thresholdsOf(multiLabel)
  if (!Array.isArray(thresholds)) return `from ${thresholds}`
  const named = thresholds.slice(0, LABELS_SHOWN).map((threshold, index) => `${labels[index]} from ${threshold}`)
  return `${named.join(', ')}${thresholds.length > LABELS_SHOWN ? ', …' : ''}`
}

function similarity({ maxTokens, similarity: { scale, bias, activation } }: TextSide): string {
  return `${activation} of cosine × ${Number(scale.toFixed(2))} + ${Number(bias.toFixed(2))}; texts of ${maxTokens} tokens`
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

function geometry({ resize, crop, padding, interpolation }: Preprocessor): string {
  const resized =
    resize === null
      ? 'not resized'
      : 'width' in resize
        ? `stretched to ${resize.width} × ${resize.height}`
        : 'fit' in resize
          ? `resized to fit into ${resize.fit.width} × ${resize.fit.height}`
          : `shorter side resized to ${resize.shortestEdge}`
  return `${resized}${padding ? ', padded' : crop ? ', center crop' : ''}, ${interpolation}`
}

function describeNormalisation({ normalisation }: Preprocessor, type: string | undefined): string {
  if (normalisation === null || type === 'uint8') return 'unchanged pixels, 0 to 255'
  const { rescale, mean, std } = normalisation
  const round = (value: number) => Number(value.toFixed(4))
  const lows = mean.map((each, i) => -each / (std[i] ?? 1))
  const highs = mean.map((each, i) => (255 * rescale - each) / (std[i] ?? 1))
  const range = `${round(Math.min(...lows))} to ${round(Math.max(...highs))}`
  return `${range}: pixels × ${round(rescale)}, minus ${mean.map(round).join(' ')}, divided by ${std.map(round).join(' ')}`
}
