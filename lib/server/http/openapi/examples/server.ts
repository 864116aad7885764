import type { FeedbackRequest, Vote } from '@/lib/shared/contract/feedback'
import { MODEL, REQUEST_ID } from './photos'

const VOTE_REQUEST = {
  id: 'a-random-vote-id-0001',
  model: MODEL.id,
  revision: MODEL.revision,
  index: 105,
  score: 0.93,
  verdict: 'wrong',
  correct: 106,
  request_id: REQUEST_ID,
} satisfies FeedbackRequest

const VOTE = {
  id: VOTE_REQUEST.id,
  time: '2026-11-29T14:04:26.739Z',
  model: MODEL.id,
  revision: MODEL.revision,
  label: 'koala',
  index: 105,
  score: 0.93,
  verdict: 'wrong',
  correct_label: 'wombat',
  correct_index: 106,
  request_id: REQUEST_ID,
  photo: null,
} satisfies Vote

const PICTURE = {
  file: 'koala.webp',
  group: 'animals',
  author: 'David Iliff',
  license: 'CC-BY-SA-3.0',
  source: 'https://commons.wikimedia.org/wiki/File:Koala_climbing_tree.jpg',
  shows: 'koala',
  thumbnail: 'thumbs/koala.webp',
  answer: { label: 'koala', synonyms: ['koala bear'], score: 0.97, uncertain: false, calibrated: true },
}
const LIMITS = { imageBytes: 20_000_000, pixels: 50_000_000, urlInput: true, explain: true }
const STATUS = {
  status: 'ok',
  version: '0.2.0',
  uptime_s: 3600,
  models: [{ id: MODEL.id, status: 'ready' }],
  queue: { photos: 0, limit: 256 },
  running: 0,
  workers: { ready: 2, wanted: 2 },
  jobs: { state: 'ok', reason: null },
  redis: null,
}
const HEALTHY = { replies: { 'application/json': { status: 'ok' } } }

export const SERVER_EXAMPLES = {
  giveFeedback: { request: { 'application/json': VOTE_REQUEST }, replies: { 'application/json': VOTE } },
  listFeedback: {
    replies: {
      'text/csv': `${Object.keys(VOTE).join(',')}\r\n${Object.values(VOTE).join(',')}\r\n`,
      'application/x-ndjson': `${JSON.stringify(VOTE)}\n`,
    },
  },
  site: { replies: { 'application/json': { models: [], limits: LIMITS, feedback: null } } },
  gallery: { replies: { 'application/json': { pictures: [PICTURE] } } },
  openApi: { replies: { 'application/json': { openapi: '3.1.0', info: { title: 'Vision Object Classifier' } } } },
  live: HEALTHY,
  ready: HEALTHY,
  status: { replies: { 'application/json': STATUS } },
}
