import type { Classification } from '@/lib/shared/contract/contract'
import type { EmbeddingReply } from '@/lib/shared/contract/embed'
import type { Explanation } from '@/lib/shared/contract/explain'
import type { ResultRow } from '@/lib/shared/results/columns'

export const REQUEST_ID = '9e86cc48-580c-4d53-b254-148d068f1be9'
const REVISION = 'sha256:ea31dce65c3e0d46f7a6991b59a704a5ba622342481479d1155064323bc3e236'
export const MODEL = { id: 'efficientnet-lite1-int8', revision: REVISION }
const MODEL_REF = {
  id: MODEL.id,
  type: 'balanced',
  revision: REVISION,
  calibrated: true,
  problem_type: 'single_label_classification',
} as const
const IMAGE = { width: 600, height: 400, format: 'png', bytes: 466_706 }
const AREA = { left: 125.547, top: 24.818, width: 350.365, height: 350.365 }
const TIMINGS = { queue_ms: 0.4, decode_ms: 3.1, run_ms: 3, total_ms: 6.5 }
/** A PNG of one pixel, as any photo in base64 would be. */
const PHOTO_BASE64 = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const PHOTO_URL = 'https://example.com/photo.jpg'

const CLASSIFICATION = {
  request_id: REQUEST_ID,
  model: MODEL_REF,
  predictions: [
    { label: 'espresso', score: 0.9008423960347025, index: 967 },
    { label: 'consomme', score: 0.03331250806009116, index: 925 },
  ],
  uncertain: false,
  uncertain_reason: null,
  image: IMAGE,
  area: AREA,
  timings: TIMINGS,
} satisfies Classification

const EMBEDDING = {
  request_id: REQUEST_ID,
  model: { id: MODEL.id, type: 'balanced', revision: REVISION },
  embedding: [0, 0.018, 0.412],
  dimensions: 3,
  normalized: false,
  image: IMAGE,
  area: AREA,
  timings: TIMINGS,
} satisfies EmbeddingReply

const EXPLANATION = {
  request_id: REQUEST_ID,
  model: MODEL_REF,
  label: { label: 'espresso', index: 967, score: 0.9008423960347025 },
  method: 'rise',
  grid: { width: 2, height: 2, values: [-0.035, 0.102, 0.087, 0.311] },
  area: AREA,
  image: { width: 600, height: 400 },
  runs: 320,
  timings: { run_ms: 960, total_ms: 700.2 },
} satisfies Explanation

export const ROW = {
  file: 'espresso.png',
  status: 'ok',
  label: 'espresso',
  score: 0.9008423960347025,
  top_labels: ['espresso', 'consomme'],
  top_scores: [0.9008423960347025, 0.03331250806009116],
  uncertain: false,
  uncertain_reason: null,
  width: 600,
  height: 400,
  bytes: 466_706,
  sha256: 'cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7',
  model: MODEL.id,
  revision: REVISION,
  ms: 15.2,
  error_code: null,
  error: null,
} satisfies ResultRow

const EMBEDDED_ROW = {
  file: ROW.file,
  status: ROW.status,
  embedding: [0, 0.018, 0.412],
  dimensions: 3,
  normalized: false,
  width: ROW.width,
  height: ROW.height,
  bytes: ROW.bytes,
  sha256: ROW.sha256,
  model: ROW.model,
  revision: ROW.revision,
  ms: ROW.ms,
  error_code: null,
  error: null,
}

/** Lines of NDJSON. */
export const lines = (...values: object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')

export const PHOTO_EXAMPLES = {
  classify: {
    request: { 'application/json': { url: PHOTO_URL, top_k: 3 } },
    replies: {
      'application/json': CLASSIFICATION,
      'application/x-ndjson': lines({ index: 0, ...ROW }),
    },
  },
  embed: {
    request: { 'application/json': { image: PHOTO_BASE64, normalize: true } },
    replies: { 'application/json': EMBEDDING, 'application/x-ndjson': lines({ index: 0, ...EMBEDDED_ROW }) },
  },
  explain: {
    request: { 'application/json': { url: PHOTO_URL, label: 'espresso' } },
    replies: {
      'application/json': EXPLANATION,
      'application/x-ndjson': lines({ done: 16, of: 320 }, { explanation: EXPLANATION }),
    },
  },
  photo: { request: { 'application/json': { url: PHOTO_URL } } },
}
