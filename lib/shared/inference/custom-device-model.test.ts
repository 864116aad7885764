import { expect, test } from 'vitest'
import type { DeviceModel } from '../contract/device'
import { fromBase64 } from '../files/base64'
import { customConfigSchema } from '../training/folder/custom-config'
import { customDeviceModel } from './custom-device-model'

const BASE = {
  model: {
    id: 'base',
    type: 'fast',
    revision: 'sha256:1',
    calibrated: true,
    problem_type: 'single_label_classification',
  },
  graph: { sha256: 'ab', bytes: 10 },
  temperature: 2,
  activation: 'softmax',
  uncertainty: { scoreBelow: 0.5, marginBelow: 0.1, entropyAbove: 3, likenessBelow: null },
  multiLabel: null,
  background: 0,
  head: null,
  labels: [{ label: 'tench', synonyms: ['Tinca tinca'] }],
} as unknown as DeviceModel

const custom = { created: '2026-01-01', examples: 4 }
const base_model = { id: 'base', revision: 'sha256:1' }

function modelOf(config: object): DeviceModel {
  const parsed = customConfigSchema.parse(config)
  return customDeviceModel(BASE, { id: 'device:mine', revision: 'sha256:2', config: parsed, head: Uint8Array.of(1, 2) })
}

test('the graph is the base’s; labels, limits, and weights are the model’s', () => {
  const { model, graph, labels, head, temperature, uncertainty, background } = modelOf({
    // JSON has them in any order.
    id2label: { 1: 'nut', 0: 'bolt' },
    vision: {
      temperature: 0.5,
      uncertainty: { score_below: 0.4, likeness_below: -2 },
      base_model,
      head: 'linear',
      custom,
    },
  })
  expect(model).toEqual({
    id: 'device:mine',
    type: null,
    revision: 'sha256:2',
    calibrated: true,
    problem_type: 'single_label_classification',
  })
  expect(graph).toBe(BASE.graph)
  expect(labels).toEqual([{ label: 'bolt' }, { label: 'nut' }])
  expect([head?.kind, head?.baseTemperature, fromBase64(head?.file ?? '')]).toEqual(['linear', 2, Uint8Array.of(1, 2)])
  expect([temperature, background]).toEqual([0.5, null])
  expect(uncertainty).toEqual({ scoreBelow: 0.4, marginBelow: 0, entropyAbove: null, likenessBelow: -2 })
})

test('a model of several labels a photo keeps its thresholds', () => {
  const { model, activation, multiLabel } = modelOf({
    problem_type: 'multi_label_classification',
    id2label: { 0: 'cat', 1: 'dog' },
    vision: { thresholds: [0.3, 0.6], uncertainty: { near_threshold: 0.2 }, base_model, head: 'linear', custom },
  })
  expect(model.problem_type).toBe('multi_label_classification')
  expect([activation, multiLabel]).toEqual(['sigmoid', { thresholds: [0.3, 0.6], nearThreshold: 0.2 }])
})

test('a list of labels with a gap is refused', () => {
  const gap = { id2label: { 0: 'bolt', 2: 'nut' }, vision: { base_model, head: 'linear', custom } }
  expect(() => modelOf(gap)).toThrow('config.json has no label with the index 1')
})
