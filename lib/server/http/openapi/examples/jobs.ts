import type { JobCheck, SimilarPhotosReply } from '@/lib/shared/contract/check'
import type { DeadLetter, Job, JobPhotos } from '@/lib/shared/contract/jobs'
import { csvHeader, csvLine, jsonLine } from '@/lib/shared/results/columns'
import { MODEL, ROW } from './photos'

const ID = 'sd6jiYF5dILe1G6p9fTD_3JCZmRwuK6q'

const RUNNING = {
  id: ID,
  state: 'running',
  reason: null,
  open: false,
  source: null,
  listing: false,
  model: MODEL,
  top_k: 5,
  threshold: 0,
  embeddings: false,
  check: false,
  counts: { total: 120, done: 40, ok: 39, failed: 1 },
  rate: 58.2,
  eta_s: 1.4,
  created_at: '2026-11-29T14:04:26.739Z',
  finished_at: null,
  callback: null,
  expires_at: null,
} satisfies Job

const LAST = {
  ...RUNNING,
  state: 'done',
  counts: { total: 120, done: 120, ok: 119, failed: 1 },
  rate: null,
  eta_s: null,
  finished_at: '2026-11-29T14:04:28.775Z',
  expires_at: '2026-12-02T14:04:28.775Z',
} satisfies Job

const EVENTS = [
  `event: result\ndata: ${JSON.stringify({ index: 0, round: 0, row: ROW })}\nid: 521`,
  `event: job\ndata: ${JSON.stringify(LAST)}`,
]

const CSV = 'url,file\nhttps://example.com/1.jpg,first.jpg\nhttps://example.com/2.jpg,second.jpg\n'
const JOB = { replies: { 'application/json': RUNNING } }
const DEAD_LETTER = {
  job: ID,
  shard: 3,
  attempts: 5,
  reason: 'The store of the photos did not respond.',
  failed_at: '2026-11-29T14:12:02.120Z',
} satisfies DeadLetter

const CHECK = {
  state: 'done',
  progress: null,
  reason: null,
  labels: 'folders',
  report: {
    photos: 119,
    copies: [{ kept: 'train/cat/1.jpg', copies: ['test/cat/9.jpg'], leak: ['test', 'train'], labels: null }],
    labels: {
      checked: 119,
      reason: null,
      issues: [{ file: 'train/cat/7.jpg', label: 'cat', suggested: 'dog', score: 0.97 }],
      mixed_up: [{ label: 'cat', looks_like: 'dog', photos: 1 }],
    },
    outliers: [{ file: 'train/dog/3.jpg', distance: 0.62 }],
    quality: [{ file: 'train/dog/4.jpg', issues: ['blurred'] }],
  },
} satisfies JobCheck
const SIMILAR = {
  replies: {
    'application/json': {
      photos: [{ index: 12, file: 'test/cat/9.jpg', similarity: 0.94 }],
    } satisfies SimilarPhotosReply,
  },
}

export const JOB_EXAMPLES = {
  createJob: { request: { 'text/csv': CSV, 'application/json': { model: 'fast', top_k: 3, open: true } }, ...JOB },
  listJobs: { replies: { 'application/json': { jobs: [LAST] } } },
  listDeadLetters: { replies: { 'application/json': { dead_letters: [DEAD_LETTER] } } },
  job: JOB,
  addPhotos: { request: { 'text/csv': CSV }, ...JOB },
  jobPhotos: {
    replies: { 'application/json': { files: ['first.jpg', 'second.jpg'], total: 2 } satisfies JobPhotos },
  },
  pauseJob: { replies: { 'application/json': { ...RUNNING, state: 'paused', reason: 'requested' } satisfies Job } },
  resumeJob: JOB,
  closeJob: JOB,
  cancelJob: { replies: { 'application/json': { ...LAST, state: 'cancelled' } satisfies Job } },
  retryFailed: JOB,
  jobResults: {
    replies: {
      'application/json': [{ index: 0, ...ROW }],
      'text/csv': csvHeader() + csvLine(ROW),
      'application/x-ndjson': jsonLine(ROW),
    },
  },
  jobCheck: { replies: { 'application/json': CHECK } },
  checkJob: {
    request: { 'text/csv': 'file,label\ntrain/cat/1.jpg,cat\n' },
    replies: { 'application/json': { ...CHECK, state: 'waiting' } satisfies JobCheck },
  },
  cleanedLabels: { replies: { 'text/csv': 'file,label,split\r\ntrain/cat/1.jpg,cat,train\r\n' } },
  similarPhotos: SIMILAR,
  similarToPhoto: { request: { 'application/json': { text: 'red car at night', k: 10 } }, ...SIMILAR },
  jobEvents: { replies: { 'text/event-stream': EVENTS.map((event) => `${event}\n\n`).join('') } },
}
