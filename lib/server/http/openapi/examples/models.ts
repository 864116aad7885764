import type { Label, ModelInfo } from '@/lib/shared/contract/contract'
import type { DeviceModel } from '@/lib/shared/contract/device'
import { lines, MODEL } from './photos'

const SHIPPED = {
  ...MODEL,
  type: 'balanced',
  title: 'EfficientNet-Lite1, INT8',
  default: true,
  status: 'ready',
  error: null,
  license: 'Apache-2.0',
  classes: 1000,
  input: { width: 240, height: 240 },
  bytes: 5_922_086,
  calibrated: true,
  problem_type: 'single_label_classification',
  thresholds: null,
  temperature: 0.662,
  embedding: { dimensions: 1280, kinds: 189 },
  embedding_reason: null,
  base_model: null,
  head: null,
  text: null,
} satisfies ModelInfo

const CUSTOM = {
  ...SHIPPED,
  id: 'my-parts',
  type: null,
  title: 'My parts',
  default: false,
  license: null,
  classes: 2,
  bytes: 12_408,
  revision: 'sha256:0bf63dedb0fa7850e257e1860345e704e38f67234c5cdd379c2f2f853b4db1cb',
  temperature: 0.91,
  base_model: MODEL,
  head: 'linear',
} satisfies ModelInfo

const EVALUATION = {
  labels: ['bolt', 'nut'],
  examples: 40,
  temperature: 0.91,
  likeness_below: 0.62,
  report: { photos: 40, top1: 0.95, top1_interval: [0.835, 0.988], ece: 0.03 },
  suspicious: [],
  copies: [],
}
const TRAINED = { model: CUSTOM, evaluation: EVALUATION, skipped: [], warnings: [] }
const PROGRESS = { progress: { stage: 'embed', done: 12, of: null } }
const EXAMPLES = [
  { label: 'bolt', embedding: [0, 0.018, 0.412] },
  { label: 'nut', embedding: [0.2, 0.118, 0.004] },
]
const TENCH = { index: 0, label: 'tench', others: ['n01440764', 'tench'], kinds: ['fish', 'animal'], group: 'fish' }
const HISTORY = [{ revision: CUSTOM.revision, time: '2026-11-29T14:04:26.739Z' }]
const TRAINING_REPLIES = {
  'application/json': TRAINED,
  'application/x-ndjson': lines(PROGRESS, { result: TRAINED }),
}

export const MODEL_EXAMPLES = {
  listModels: { replies: { 'application/json': { models: [SHIPPED, CUSTOM] } } },
  getModel: { replies: { 'application/json': { model: CUSTOM, evaluation: EVALUATION, history: HISTORY } } },
  trainModel: { request: { 'application/json': { title: 'My parts', examples: EXAMPLES } }, replies: TRAINING_REPLIES },
  addExamples: { request: { 'application/json': { examples: EXAMPLES } }, replies: TRAINING_REPLIES },
  changeModel: {
    request: { 'application/json': { title: 'My parts', purpose: 'Sorts bolts and nuts' } },
    replies: { 'application/json': { model: CUSTOM } },
  },
  getDeviceModel: {
    replies: {
      'application/json': {
        model: {
          id: 'efficientnet-lite1-int8',
          type: 'balanced',
          revision: 'sha256:9c1b…',
          calibrated: true,
          problem_type: 'single_label_classification',
        },
        graph: { sha256: 'f441…', bytes: 5_922_086 },
        preprocessor: {
          resize: { shortestEdge: 274 },
          crop: { width: 240, height: 240 },
          cropRounding: 'even',
          interpolation: 'bicubic',
          normalisation: null,
          channels: 'rgb',
        },
        input: { name: 'pixel_values', type: 'uint8', layout: 'nhwc', channels: 3, width: 240, height: 240, batch: 1 },
        output: { name: 'logits', scores: 'logits' },
        embedding: { name: 'logits.features.dq', isOutput: false, spatial: false, dimensions: 1280 },
        kinds: [[151, 152]],
        head: null,
        temperature: 0.662,
        activation: 'softmax',
        uncertainty: { scoreBelow: 0.5, marginBelow: 0.1, entropyAbove: 55.127, likenessBelow: null },
        multiLabel: null,
        background: null,
        labels: [{ label: 'tench', synonyms: ['Tinca tinca'] }],
        max_pixels: 100_000_000,
      } satisfies DeviceModel,
    },
  },
  listLabels: { replies: { 'application/json': { labels: [TENCH satisfies Label] } } },
}
