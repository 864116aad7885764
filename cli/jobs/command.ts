import type { Command } from 'commander'
import type { SimilarPhotosReply } from '@/lib/shared/contract/check'
import type { Job } from '@/lib/shared/contract/jobs'
import type { ProblemDetails } from '@/lib/shared/problems/problem'
import { FORMATS } from '../classify/output'
import { EXIT, Failure } from '../program/exit'
import { duration, table } from '../program/progress'
import { serverAt } from '../program/server-url'
import { type ResultsOptions, writeJobResults } from './results'
import { type SimilarOptions, similarRequest, similarTable } from './similar'

interface ServerOption {
  server: string
}

interface FromOptions extends ServerOption {
  model?: string
  topK?: string
  threshold?: string
  embeddings?: boolean
}

const ACTIONS = {
  close: 'Stop accepting photos for a job',
  pause: 'Pause a job',
  resume: 'Resume a paused job',
  cancel: 'Cancel a job; its results so far are kept',
  retry: 'Retry the failed photos of a job',
} as const

/** `vision jobs`: manages the batch jobs of a running server. */
export function jobsCommand(program: Command): void {
  const jobs = program.command('jobs').description('Manage the batch jobs of a running server')
  const add = (name: string, description: string) =>
    jobs.command(name).description(description).option('--server <url>', 'server URL', 'http://localhost:3000')
  add('list', 'List all jobs (requires the ADMIN_TOKEN of the server)')
    .requiredOption('--token <token>', 'ADMIN_TOKEN of the server')
    .action(async ({ server, token }: ServerOption & { token: string }) => {
      const headers = { authorization: `Bearer ${token}` }
      const { jobs: all } = (await (await request(server, 'api/jobs', { headers })).json()) as { jobs: Job[] }
      console.log(table(['job', 'state', 'done', 'total', 'failed', 'model', 'created'], all.map(line)))
    })
  add('from', 'Create a job from photos in a bucket that the server can read')
    .argument('<s3://bucket/prefix>')
    .option('--model <model>', 'model type or id (default: the default model)')
    .option('--top-k <n>', 'maximum number of labels per photo')
    .option('--threshold <score>', 'omit labels with a lower score')
    .option('--embeddings', 'keep the embedding of each photo as well, for Parquet results')
    .action(async (source: string, { server, model, topK, threshold, embeddings }: FromOptions) => {
      const given = { source, model, top_k: topK, threshold, embeddings: embeddings ? 'true' : undefined }
      const query = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined)
      console.log(jobSummary(await jobOf(server, `api/jobs?${new URLSearchParams(query)}`, { method: 'POST' })))
    })
  add('show', 'Show the progress of a job')
    .argument('<id>')
    .action(async (id: string, { server }: ServerOption) => console.log(jobSummary(await jobOf(server, path(id)))))
  add('results', 'Download the results of a job so far')
    .argument('<id>')
    .option('--format <format>', `${FORMATS.join(', ')} (default: from the file name, or csv)`)
    .option('--out <file>', 'write to a file instead of stdout')
    .action((id: string, { server, ...options }: ServerOption & ResultsOptions) =>
      writeJobResults(options, (format) => request(server, `${path(id)}/results?format=${format}`)),
    )
  add('similar', 'Find the photos of a job that are most similar to a photo, or that fit words best')
    .argument('<id>')
    .option('--file <name>', 'name of a photo of the job')
    .option('--photo <path>', 'any photo')
    .option('--text <words>', 'words; the job has a text-image model')
    .option('--k <n>', 'number of photos (default: 20)')
    .action(async (id: string, { server, ...options }: ServerOption & SimilarOptions) => {
      const { at, init } = await similarRequest(`${path(id)}/similar`, options)
      console.log(similarTable((await (await request(server, at, init)).json()) as SimilarPhotosReply))
    })
  for (const [name, description] of Object.entries(ACTIONS)) {
    add(name, description)
      .argument('<id>')
      .action(async (id: string, { server }: ServerOption) => {
        console.log(jobSummary(await jobOf(server, `${path(id)}/${name}`, { method: 'POST' })))
      })
  }
  add('delete', 'Delete a job and its results')
    .argument('<id>')
    .action(
      async (id: string, { server }: ServerOption) => void (await request(server, path(id), { method: 'DELETE' })),
    )
}

function path(id: string): string {
  return `api/jobs/${encodeURIComponent(id)}`
}

async function jobOf(server: string, at: string, init: RequestInit = {}): Promise<Job> {
  return (await (await request(server, at, init)).json()) as Job
}

async function request(server: string, at: string, init: RequestInit = {}): Promise<Response> {
  const { origin, url, headers } = serverAt(server)
  const reply = await fetch(url(at), { ...init, headers: { ...headers, ...init.headers } }).catch((error: Error) => {
    throw new Failure(EXIT.unreachable, `No server responded at ${origin}: ${error.message}.`)
  })
  if (reply.ok) return reply
  const { code, detail } = (await reply.json().catch(() => ({}))) as Partial<ProblemDetails>
  throw new Failure(
    reply.status === 404 ? EXIT.notFound : EXIT.failed,
    `${code ?? reply.status}: ${detail ?? reply.statusText}`,
  )
}

function line({ id, state, counts, model, created_at }: Job): string[] {
  return [id, state, String(counts.done), String(counts.total), String(counts.failed), model.id, created_at]
}

function jobSummary({ state, reason, open, counts, rate, eta_s, model }: Job): string {
  const pace = rate ? `, ${Math.round(rate)}/s${eta_s === null ? '' : `, ${duration(eta_s)} left`}` : ''
  return [
    `${state}${reason ? ` (${reason})` : ''}${open ? ', open' : ''}${pace}`,
    `${counts.done} of ${counts.total} photos, ${counts.failed} failed, model ${model.id}`,
  ].join('\n')
}
