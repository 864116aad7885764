import { Problem } from '@/lib/shared/problems/problem'
import { requireAdmin } from '../http/admin'
import { clientNetwork } from '../http/client-network'
import { requireQueueSpace } from '../http/read-photo'
import type { Services } from '../http/services'
import type { GrpcCall } from './call'

/** Probes have no credentials. */
const OPEN = '/grpc.health.v1.Health/Check'
const WITH_PHOTOS = '/inference.GRPCInferenceService/ModelInfer'
/** Calls with photos at once, per photo that may wait: as many again may still be arriving. */
const CALLS_PER_QUEUED_PHOTO = 2

/**
 * Decides who may call what before anything of the message is read, by the same rules as HTTP: sign-in, the pages' own
 * API, rate limit, and room in the queue.
 */
export class Admission {
  private readonly open = new Set<GrpcCall>()

  constructor(
    private readonly services: Pick<Services, 'engine' | 'environment' | 'lifecycle' | 'photoRate' | 'signIn'>,
  ) {}

  /** @throws Problem `shutting_down`, `unauthorized`, `forbidden`, `rate_limited`, `queue_full` */
  async admit(call: GrpcCall): Promise<void> {
    const { lifecycle, signIn, photoRate } = this.services
    if (call.path === OPEN) return
    if (lifecycle.phase === 'closing') throw new Problem('shutting_down', 'The server is shutting down. Call again.')
    if (signIn) await signIn.check(call.authorization, clientNetwork(call.address))
    this.requireApi(call.authorization)
    if (call.path !== WITH_PHOTOS) return
    this.takePlace(call)
    const count = await photoRate?.count(call.address)
    if (count?.refusal) throw count.refusal
  }

  /** Frees the place of a call that ended. */
  leave(call: GrpcCall): void {
    this.open.delete(call)
  }

  /** With PUBLIC_API=false, only the operator: a page can't call gRPC. */
  private requireApi(authorization: string | undefined): void {
    const { PUBLIC_API, ADMIN_TOKEN } = this.services.environment
    if (PUBLIC_API === 'true') return
    if (ADMIN_TOKEN === undefined || !/^bearer /i.test(authorization ?? ''))
      throw new Problem('forbidden', 'The API of this server is reserved for its own pages.')
    requireAdmin(authorization, ADMIN_TOKEN)
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
