import { Problem } from '@/lib/shared/problems/problem'
import { isAdminToken } from '../http/admin'
import { clientNetwork } from '../http/client-network'
import { authenticator } from '../http/keys/authenticator'
import { hasToken, onlyKey } from '../http/keys/credentials'
import { requireAllowed } from '../http/keys/guard'
import { requireQueueSpace } from '../http/read-photo'
import type { Services } from '../http/services'
import { ANONYMOUS, type Caller, OPERATOR } from '../keys/caller'
import { accessOf } from './access'
import type { GrpcCall } from './call'

/** Probes have no credentials. */
const OPEN = '/grpc.health.v1.Health/Check'
const WITH_PHOTOS = '/inference.GRPCInferenceService/ModelInfer'
/** Calls with photos at once, per photo that may wait: as many again may still be arriving. */
const CALLS_PER_QUEUED_PHOTO = 2

/**
 * Decides who may call what before anything of the message is read, by the same rules as HTTP: keys, sign-in, the pages'
 * own API, rate limit, and room in the queue.
 */
export class Admission {
  private readonly open = new Set<GrpcCall>()

  private readonly authenticate: ReturnType<typeof authenticator> | null

  constructor(
    private readonly services: Pick<
      Services,
      'engine' | 'environment' | 'keys' | 'lifecycle' | 'photoRate' | 'redis' | 'signIn'
    >,
  ) {
    this.authenticate = services.keys && authenticator(services, services.keys)
  }

  /** @throws Problem `shutting_down`, `unauthorized`, `forbidden`, `rate_limited`, `queue_full`, and those of keys */
  async admit(call: GrpcCall): Promise<void> {
    const { keys, lifecycle, signIn, photoRate } = this.services
    if (call.path === OPEN) return
    if (lifecycle.phase === 'closing') throw new Problem('shutting_down', 'The server is shutting down. Call again.')
    call.caller = await this.callerOf(call)
    if (call.caller.kind === 'anonymous') {
      if (signIn) await signIn.check(call.authorization, clientNetwork(call.address))
      this.requireApi(call.authorization)
    }
    if (keys) requireAllowed(keys, call.caller, accessOf(call.path), hasToken(call.authorization, call.apiKey))
    if (call.path !== WITH_PHOTOS) return
    this.takePlace(call)
    const count = await photoRate.count(call.caller, call.address)
    if (count?.refusal) throw count.refusal
  }

  /** Frees the place of a call that ended. */
  leave(call: GrpcCall): void {
    this.open.delete(call)
  }

  /** @throws Problem for a key that isn't valid */
  private async callerOf(call: GrpcCall): Promise<Caller> {
    const { ADMIN_TOKEN } = this.services.environment
    const { address, authorization, apiKey, origin } = call
    const key = this.authenticate && onlyKey([authorization, apiKey])
    if (this.authenticate && key) {
      const onHolder = (caller: Caller) => {
        call.caller = caller
      }
      return this.authenticate(key, { address, origin, onHolder })
    }
    const isOperator = ADMIN_TOKEN !== undefined && isAdminToken(authorization, ADMIN_TOKEN)
    return isOperator ? OPERATOR : ANONYMOUS
  }

  /** With PUBLIC_API=false, only the operator and holders of keys: a page can't call gRPC. */
  private requireApi(authorization: string | undefined): void {
    const { PUBLIC_API, ADMIN_TOKEN } = this.services.environment
    if (PUBLIC_API === 'true') return
    if (ADMIN_TOKEN !== undefined && /^bearer /i.test(authorization ?? ''))
      throw new Problem('unauthorized', 'This token isn’t the operator’s.')
    throw new Problem('forbidden', 'The API of this server is reserved for its own pages.')
  }

  private takePlace(call: GrpcCall): void {
    const { engine, environment } = this.services
    requireQueueSpace(engine)
    if (this.open.size >= CALLS_PER_QUEUED_PHOTO * environment.MAX_QUEUE)
      throw new Problem('queue_full', 'The server is answering too many calls at once. Try again in a moment.')
    // A client that left while its credentials were checked has ended already.
    if (!call.signal.aborted) this.open.add(call)
  }
}
