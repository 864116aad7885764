import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { card, type Evaluation } from '@/cli/models/card'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { readModel } from '@/lib/server/engine/model'

const SHIPPED = readdirSync('models').filter((name) => existsSync(join('models', name, 'config.json')))
const json = (...path: string[]) => JSON.parse(readFileSync(join('models', ...path), 'utf8'))

describe.each(SHIPPED)('%s', (id) => {
  test('its card matches its evaluation, for exactly this revision', async () => {
    const entry = (await readCatalog('models')).find((one) => one.id === id)
    if (!entry) throw new Error(`no ${id}`)
    const evaluation = json(id, 'evaluation.json') as Evaluation
    expect(evaluation.model.revision).toBe(entry.revision)
    expect(evaluation.model.temperature).toBe(json(id, 'config.json').vision.temperature)
    expect(readFileSync(join('models', id, 'README.md'), 'utf8')).toBe(card(await readModel(entry), evaluation))
  })

  test('its calibration is the measured one, and improves photos that it was not fitted on', () => {
    const { calibration, uncertainty } = json('build', 'tables', 'calibration.json')[id]
    const { vision } = json(id, 'config.json')
    expect(vision.temperature).toBe(calibration.temperature)
    expect(vision.uncertainty.entropy_above).toBe(uncertainty.entropy_above)
    for (const { nll, brier, top1 } of calibration.unseen_folds) {
      expect(nll[1]).toBeLessThan(nll[0])
      expect(brier[1]).toBeLessThan(brier[0])
      expect(top1[1]).toBe(top1[0])
    }
    expect(calibration.ece).toBeLessThanOrEqual(calibration.ece_of_perfect[1])
    expect(uncertainty.auroc['generalised entropy']).toBeGreaterThanOrEqual(0.85)
  })

  test('its labels are unique regardless of case, and its notes refer to labels', () => {
    const { id2label, vision } = json(id, 'config.json')
    const labels = Object.values<string>(id2label).map((label) => label.toLowerCase())
    expect(new Set(labels).size).toBe(1000)
    for (const index of Object.keys(vision.notes)) expect(id2label[index]).toBeTypeOf('string')
  })
})
