import { randomUUID } from 'node:crypto'
import { Metadata, type StatusObject, status } from '@grpc/grpc-js'
import type { Problem } from '@/lib/shared/problems/problem'
import { addressOf } from '../http/client-address'
import type { Reservation } from '../http/memory-budget'
import { traceIdOf } from '../http/middleware/access-log'
import { validRequestId } from '../http/middleware/request-id'
import { asProblem } from '../http/problem'
import type { Services } from '../http/services'
import { ANONYMOUS, type Caller } from '../keys/caller'
import { statusOf } from './status'

/** Statuses of calls that end without a problem of this server, as HTTP statuses. */
const AS_HTTP: Partial<Record<status, number>> = { [status.OK]: 200, [status.DEADLINE_EXCEEDED]: 503 }
/** What a client closed. */
const CLIENT_CLOSED = 499

/** Probes come every few seconds. */
const PROBES = /\/(Check|ServerLive|ServerReady)$/

/** One call, from its metadata to its status. */
export class GrpcCall {
  readonly requestId: string
  /** The client's IP address. */
  readonly address: string
  readonly authorization: string | undefined
  readonly apiKey: string | undefined
  readonly origin: string | undefined
  /** Who called, once that is known. */
  caller: Caller = ANONYMOUS
  private readonly left = new AbortController()
  private readonly start = performance.now()
  private readonly traceId: string | undefined
  private problem: Problem | undefined
  private model: string | undefined

  /**
   * @param path such as `/inference.GRPCInferenceService/ModelInfer`
   * @param reservation of the memory that the call takes
   */
  constructor(
    readonly path: string,
    metadata: Metadata,
    socketAddress: string | undefined,
    readonly reservation: Reservation,
    private readonly services: Pick<Services, 'environment' | 'keys' | 'log' | 'metrics'>,
  ) {
    const first = (key: string) => metadata.get(key)[0]?.toString()
    this.requestId = validRequestId(first('x-request-id')) ?? randomUUID()
    this.authorization = first('authorization')
    this.apiKey = first('x-api-key')
    this.origin = first('origin')
    this.traceId = traceIdOf(first('traceparent'))
    const forwarded = metadata.get('x-forwarded-for').join(',')
    this.address = addressOf(socketAddress ?? '', forwarded, services.environment.TRUST_PROXY)
  }

  /** Aborts when the client cancels, leaves, or no longer waits. */
  get signal(): AbortSignal {
    return this.left.signal
  }

  usesModel(id: string): void {
    this.model = id
  }

  /** What follows the reply. */
  trailer(): Metadata {
    const trailer = new Metadata()
    trailer.set('x-request-id', this.requestId)
    return trailer
  }

  /** The status for anything thrown. Internal errors are logged. */
  failure(error: unknown): StatusObject {
    const problem = asProblem(error)
    if (problem.code === 'internal' && !this.signal.aborted)
      this.services.log.error({ request_id: this.requestId, err: error }, 'internal error')
    this.problem = problem
    return statusOf(problem, this.trailer())
  }

  /** Stops what runs for it, and logs and counts it. */
  end(code: status): void {
    this.left.abort()
    this.reservation.release()
    const { keys, log, metrics } = this.services
    const { caller } = this
    if (keys && caller.kind === 'key')
      keys.count(caller.key, { requests: 1, errors: code === status.OK ? 0 : 1 }, caller.time)
    const ms = performance.now() - this.start
    const problem = this.problem?.code
    const labels = { method: this.path.slice(this.path.lastIndexOf('/') + 1), status: status[code], code: problem }
    metrics.call(labels, ms / 1000, this.problem?.status ?? AS_HTTP[code] ?? CLIENT_CLOSED)
    const fields = {
      request_id: this.requestId,
      trace_id: this.traceId,
      method: 'POST',
      path: this.path,
      grpc_status: labels.status,
      ms: Math.round(10 * ms) / 10,
      code: problem,
      model: this.model,
    }
    if (PROBES.test(this.path)) log.debug(fields, 'call')
    else log.info(fields, 'call')
  }
}
