/** An axis: its ends and the values to label, in the unit of the data. */
export interface Scale {
  min: number
  max: number
  ticks: readonly number[]
}

const STEPS = [1, 2, 5, 10]
const MAX_TICKS = 6

/**
 * An axis around some values, with round ticks. Its ends are ticks too.
 *
 * @param margin free space on both sides, in the unit of the values
 * @param least the axis doesn't go below this
 */
export function scaleFor(values: readonly number[], margin: number, least = Number.NEGATIVE_INFINITY): Scale {
  const low = Math.max(least, Math.min(...values) - margin)
  const high = Math.max(...values) + margin
  const step = roundStep((high - low) / (MAX_TICKS - 1))
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)]
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
  return { min: first * step, max: last * step, ticks }
}

/** Where a value lies on an axis, from 0 to 1. */
export function positionOn({ min, max }: Scale, value: number): number {
  return (value - min) / (max - min)
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least the given step. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  return power * (STEPS.find((each) => each * power >= step * (1 - 1e-9)) ?? 10)
}
