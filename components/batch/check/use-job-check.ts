import { useEffect, useMemo, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'
import { checkLabels } from '@/lib/client/batch/check-labels'
import { checkAgain, followCheck } from '@/lib/client/batch/follow-check'
import type { BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import type { CheckReport, JobCheck, PhotoCheck } from '@/lib/shared/contract/check'
import { checksOfReport } from '@/lib/shared/dataset-check/report-checks'

/** The check of a batch. */
export interface BatchCheck {
  /** `waiting` also until all photos are done. */
  state: JobCheck['state']
  progress: number | null
  /** Why it failed, in the server's words. */
  reason: string | null
  /** Where the labels come from. */
  labels: JobCheck['labels']
  /** What the latest check found; null before the first. */
  report: CheckReport | null
  /** What it found about photos, by path. */
  photos: ReadonlyMap<string, PhotoCheck>
  /** Why the labels couldn't be checked. */
  refused: Failure | null
  /** Tries again after a failure. */
  again(): void
}

const AFTER_CONFLICT_MS = 2000
const MAX_CONFLICTS = 10
const NOTHING_YET: ReadonlyMap<string, PhotoCheck> = new Map()

/** Follows the check of a batch, and has it repeated when the visitor changes its labels. */
export function useJobCheck(session: BatchSession, snapshot: BatchSnapshot): BatchCheck {
  const { job, labels, phase, items } = snapshot
  const id = job?.check && phase !== 'gone' ? job.id : null
  // After a retry of failed photos, it is another one.
  const ended = job?.state === 'done' ? job.finished_at : null
  const [check, setCheck] = useState<JobCheck | null>(null)
  const [refused, setRefused] = useState<Failure | null>(null)
  const [conflicts, setConflicts] = useState(0)
  const [turn, setTurn] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is a check that was started again
  useEffect(() => {
    if (id === null || ended === null) return
    const stopped = new AbortController()
    void followCheck(id, setCheck, stopped.signal)
    return () => stopped.abort()
  }, [id, ended, turn])
  // Labels that are there before the photos are done need no second check.
  const settled = ended === null ? job?.state !== 'cancelled' : check?.state === 'done' || check?.state === 'failed'
  const table = labels?.table
  const picks = labels?.choices.picks
  const known = phase !== 'opening' && !snapshot.collecting
  // biome-ignore lint/correctness/useExhaustiveDependencies: other choices, and results that arrive, change no label
  useEffect(() => {
    if (id === null || !settled || !known) return
    const paths = items.map(({ path }) => path)
    const wanted = checkLabels(labels, paths)
    if (wanted === null || wanted.name === session.checkedLabels) return
    let retry: ReturnType<typeof setTimeout> | undefined
    const stopped = new AbortController()
    setRefused(null)
    checkAgain(id, wanted.csv, stopped.signal).then(
      (started) => {
        session.noteCheckedLabels(wanted.name)
        setConflicts(0)
        setCheck(started)
        setTurn((before) => before + 1)
      },
      (failure: Failure) => {
        if (stopped.signal.aborted) return
        // Another page has the photos checked right now, or the check before is just ending.
        if (failure.code === 'conflict' && conflicts < MAX_CONFLICTS) {
          retry = setTimeout(() => {
            setConflicts(conflicts + 1)
            setTurn((before) => before + 1)
          }, AFTER_CONFLICT_MS)
        } else setRefused(failure)
      },
    )
    return () => {
      stopped.abort()
      clearTimeout(retry)
    }
  }, [session, id, settled, known, table, picks, items.length, turn])
  const report = check?.report ?? null
  const photos = useMemo(() => (report ? checksOfReport(report) : NOTHING_YET), [report])
  function again(): void {
    if (id === null) return
    const csv =
      checkLabels(
        labels,
        items.map(({ path }) => path),
      )?.csv ?? null
    checkAgain(id, csv, AbortSignal.timeout(120_000)).then((started) => {
      setCheck(started)
      setTurn((before) => before + 1)
    }, setRefused)
  }
  return {
    state: ended === null ? 'waiting' : (check?.state ?? 'waiting'),
    progress: check?.progress ?? null,
    reason: check?.reason ?? null,
    labels: check?.labels ?? 'folders',
    report,
    photos,
    refused,
    again,
  }
}
