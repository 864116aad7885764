import type { Backlog, JobFigures } from '../jobs'
import type { Ledger, Standing } from './ledger'
import { stateOf } from './view'

/** Jobs that are over are asked for so many at a time, so that nothing else waits for thousands of them. */
const AT_ONCE = 200

/** What the running jobs still have to do, and how long the one that has waited longest has got nothing done. */
export async function backlogOf(ledger: Ledger): Promise<Backlog> {
  return sum(await ledger.now(), (await activeOf(ledger)).values())
}

/** The same, and how many jobs there are of each state. Of those that are over nothing but their state is read. */
export async function figuresOf(ledger: Ledger): Promise<JobFigures> {
  const states = { running: 0, paused: 0, done: 0, cancelled: 0 }
  const now = await ledger.now()
  const active = await activeOf(ledger)
  for (const standing of active.values()) states[stateOf(standing)]++
  const over = (await ledger.ids()).filter((id) => !active.has(id))
  for (let at = 0; at < over.length; at += AT_ONCE) {
    for (const state of await ledger.states(over.slice(at, at + AT_ONCE))) if (state !== null) states[state]++
  }
  return { states, backlog: sum(now, active.values()) }
}

async function activeOf(ledger: Ledger): Promise<Map<string, Standing>> {
  const found = new Map<string, Standing>()
  for (const id of await ledger.activeIds()) {
    const standing = await ledger.standing(id)
    if (standing) found.set(id, standing)
  }
  return found
}

function sum(now: number, standings: Iterable<Standing>): Backlog {
  let photos = 0
  let since = now
  for (const standing of standings) {
    if (stateOf(standing) !== 'running') continue
    const left = standing.total - standing.ok - standing.failed
    photos += left
    if (left > 0) since = Math.min(since, standing.touchedAt)
  }
  return { photos, waitSeconds: (now - since) / 1000 }
}
