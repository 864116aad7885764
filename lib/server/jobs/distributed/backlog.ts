import type { Backlog, JobStats } from '../backend'
import type { JobRecord } from './job-record'
import type { Ledger } from './ledger'
import { stateOf } from './view'

/** Ended jobs are read in batches of this size, so that nothing else waits for thousands of them. */
const BATCH_SIZE = 200

/** The pending photos of running jobs, and how long the job that has waited longest has made no progress. */
export async function backlogOf(ledger: Ledger): Promise<Backlog> {
  return backlogFrom(await ledger.now(), (await activeRecords(ledger)).values())
}

/** The same, and how many jobs are in each state. Of ended jobs, only the state is read. */
export async function statsOf(ledger: Ledger): Promise<JobStats> {
  const states = { running: 0, paused: 0, done: 0, cancelled: 0 }
  const now = await ledger.now()
  const active = await activeRecords(ledger)
  for (const record of active.values()) states[stateOf(record)]++
  const ended = (await ledger.ids()).filter((id) => !active.has(id))
  for (let at = 0; at < ended.length; at += BATCH_SIZE) {
    for (const state of await ledger.states(ended.slice(at, at + BATCH_SIZE))) if (state !== null) states[state]++
  }
  return { states, backlog: backlogFrom(now, active.values()) }
}

async function activeRecords(ledger: Ledger): Promise<Map<string, JobRecord>> {
  const found = new Map<string, JobRecord>()
  for (const id of await ledger.activeIds()) {
    const record = await ledger.record(id)
    if (record) found.set(id, record)
  }
  return found
}

function backlogFrom(now: number, records: Iterable<JobRecord>): Backlog {
  let photos = 0
  let since = now
  for (const record of records) {
    if (stateOf(record) !== 'running') continue
    const remaining = record.total - record.ok - record.failed
    photos += remaining
    if (remaining > 0) since = Math.min(since, record.lastActivity)
  }
  return { photos, waitSeconds: (now - since) / 1000 }
}
