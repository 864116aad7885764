import { serverWatch } from '../api/server-watch'
import { onPlace } from '../choices'
import { preparePhoto } from '../photos/prepare-photo'
import { applyDraftHint } from './draft-hint'
import { embedPhoto } from './embed-photo'
import { TrainingSession } from './session'

let session: TrainingSession | undefined

/** The session of this tab. It outlives the page, so that visiting another page interrupts nothing. */
export function browserSession(base: string, maxBytes: number): TrainingSession {
  if (typeof window === 'undefined') return create(base, maxBytes)
  if (!session) {
    applyDraftHint()
    const created = create(base, maxBytes)
    session = created
    onPlace(() => created.readElsewhere())
    void created.open()
  }
  return session
}

function create(base: string, maxBytes: number): TrainingSession {
  return new TrainingSession(base, { maxBytes, prepare: preparePhoto, embed: embedPhoto, server: serverWatch })
}
