import { expect, test } from 'vitest'
import { collages, testOn, trainOn } from '@/bench/train-collages'

/**
 * The best that scikit-learn's logistic regression (one against the rest) reaches on the same features, over its
 * strengths of regularization: `python bench/multi_label.py`. Three hundredths are chance.
 */
const LOGISTIC_REGRESSION = { 60: 0.558, 150: 0.689, 300: 0.721 } as const
const CHANCE = 0.03

const found = await collages()

test.skipIf(!found).each([60, 150, 300] as const)(
  'on unseen collages, a model of %i is as good as logistic regression, calibrated, and measured honestly',
  async (size) => {
    const { trained = [], tested = [] } = found ?? {}
    const training = await trainOn(trained.slice(0, size))
    const { chosen, half, ece, unlike } = testOn(training, tested)
    console.log(`${size} collages: mAP ${chosen.map.toFixed(3)}, macro F1 ${chosen.macro_f1.toFixed(3)}`)
    expect(chosen.map).toBeGreaterThan(LOGISTIC_REGRESSION[size] - CHANCE)
    expect(chosen.macro_f1).toBeGreaterThan(half.macro_f1 - CHANCE)
    expect(ece).toBeLessThan(0.05)
    expect(unlike).toBeLessThan(0.2)
    expect(Math.abs((training.report?.map ?? 0) - chosen.map)).toBeLessThan(0.1)
  },
)
