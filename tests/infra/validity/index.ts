import type { Invariant } from '../graph'
import { VALID_CACHE } from './cache'
import { VALID_MONITORING } from './monitoring'
import { VALID_NAMES } from './names'
import { VALID_NETWORK } from './network'
import { PROVIDER } from './provider'
import { REFERENCES } from './references'
import { VALID_SCALING } from './scaling'
import { VALID_TASKS } from './tasks'

/** Checks that AWS would accept the request, in addition to checks that it is what we want. */
export const VALIDITY: readonly Invariant[] = [
  ...PROVIDER,
  ...REFERENCES,
  ...VALID_NETWORK,
  ...VALID_TASKS,
  ...VALID_SCALING,
  ...VALID_CACHE,
  ...VALID_MONITORING,
  ...VALID_NAMES,
]
