import { Problem } from '@/lib/shared/problems/problem'
import { type Caller, holderOf } from '../../keys/caller'
import type { KeyService } from '../../keys/service'
import { clientNetwork } from '../client-network'
import { clientCounter } from '../middleware/fallback-limiter'
import type { Services } from '../services'

/** Wrong keys that a network may send in a minute. Nobody can guess one, so this only saves work and lines in the log. */
const WRONG_KEYS = 20
const WINDOW_SECONDS = 60

/** What comes with a key. */
interface Presented {
  /** The client's IP address. */
  address: string
  /** The page that sends it, as browsers say. */
  origin: string | undefined
  /** Called with the holder of a valid key, who is known even if the request is refused. */
  onHolder(caller: Caller): void
}

/**
 * Creates the function that finds the holder of a key. It throws Problem `invalid_key`, `key_expired`, `key_revoked`,
 * `origin_not_allowed`, and `rate_limited` after many wrong keys.
 */
export function authenticator({ redis }: Pick<Services, 'redis'>, { registry }: Pick<KeyService, 'registry'>) {
  const count = clientCounter('vision:keys:wrong', { points: WRONG_KEYS, duration: WINDOW_SECONDS }, redis)

  /** @throws Problem `rate_limited` in place of the problem with the key */
  async function refuse(network: string, problem: unknown): Promise<never> {
    if (!(problem instanceof Problem) || problem.code !== 'invalid_key') throw problem
    const { allowed, state } = await count(network)
    if (allowed) throw problem
    const seconds = Math.ceil(state.msBeforeNext / 1000)
    throw new Problem('rate_limited', `Too many wrong keys. Try again in ${seconds} s.`, { retryAfterSeconds: seconds })
  }

  return async (token: string, { address, origin, onHolder }: Presented): Promise<Caller> => {
    // Right keys of the same network still work: people behind one address have nothing to do with each other.
    const [key, now] = await registry.authenticate(token).catch((problem) => refuse(clientNetwork(address), problem))
    const caller = holderOf(key, now)
    onHolder(caller)
    if (key.origins.length > 0 && (origin === undefined || !key.origins.includes(origin)))
      throw new Problem('origin_not_allowed', `This key is for pages of ${key.origins.join(', ')}.`)
    return caller
  }
}
