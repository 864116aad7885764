import type { Environment } from '../config/environment'
import { isDevelopment } from '../config/environment'
import { fromRoot } from '../config/root'
import type { Engine } from '../engine/types'
import type { JobBackend } from '../jobs/backend'
import { JobChecks } from '../jobs/check/job-checks'
import { type OpenJobs, openJobs } from './jobs'

/** Path of the script of the process that checks. */
export function checkScript(): string {
  return fromRoot(isDevelopment() ? 'dist/dev/check-worker.js' : 'dist/check-worker.js')
}

/** Opens the jobs backend, and the checks of its jobs; both null if jobs are off. */
export async function openCheckedJobs(
  environment: Environment,
  engine: Engine,
  options: Omit<OpenJobs, 'onDone'>,
): Promise<{ jobs: JobBackend | null; checks: JobChecks | null }> {
  // Jobs may be done before they are all open.
  const early: string[] = []
  let checks: JobChecks | null = null
  const onDone = (id: string) => {
    if (checks) checks.notifyDone(id)
    else early.push(id)
  }
  const jobs = await openJobs(environment, engine, { ...options, onDone })
  if (jobs === null) return { jobs, checks }
  // With several instances, batch workers check jobs.
  const runsAtEnd = jobs.backlog === undefined
  checks = new JobChecks(jobs, { script: checkScript(), folder: jobs.uploadFolder, log: options.log, runsAtEnd })
  for (const id of early) checks.notifyDone(id)
  return { jobs, checks }
}
