import { constants, type ServerHttp2Stream } from 'node:http2'
import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js'
import type { Services } from '../http/services'
import { Admission } from './admission'
import { Arrival } from './arrival'
import { GrpcCall } from './call'
import type { Received } from './definitions'

/** How long a client may take to read a reply (milliseconds). */
const READ_MS = 20_000
/** How long the rest of a refused message may keep coming (milliseconds). */
const DISCARD_MS = 2000

/** The calls in progress, by their metadata, which is all that gRPC hands on to the methods. */
export type Calls = WeakMap<Metadata, GrpcCall>

/**
 * What every call passes before and after its method: it is admitted before its message is read, the message arrives
 * within the limits, and its end is logged and counted.
 */
export function gate(services: Services, calls: Calls): ServerInterceptor {
  const admission = new Admission(services)
  return ({ path }, base) => {
    const stream = streamOf(base)
    const reservation = services.uploads.reserve()
    let call: GrpcCall | undefined
    let arrival: Arrival | undefined
    let ended: status | undefined
    let reading: NodeJS.Timeout | undefined

    const refuse = (error: unknown) => {
      if (call === undefined || ended !== undefined) return
      const failure = call.failure(error)
      ended = failure.code
      base.sendStatus(failure)
    }
    async function admit(metadata: Metadata, next: (metadata: Metadata) => void): Promise<void> {
      const entering = new GrpcCall(path, metadata, base.getConnectionInfo().remoteAddress, reservation, services)
      call = entering
      calls.set(metadata, entering)
      try {
        await admission.admit(entering)
        if (entering.signal.aborted) return
        arrival = new Arrival(stream, services.environment.MAX_REQUEST_BYTES, reservation, refuse)
        next(metadata)
      } catch (error) {
        refuse(error)
      }
    }
    /** Called once, also after a status was sent. */
    function leave(): void {
      arrival?.stop()
      clearTimeout(reading)
      if (call === undefined) return
      admission.leave(call)
      call.end(ended ?? (Date.now() >= Number(base.getDeadline()) ? status.DEADLINE_EXCEEDED : status.CANCELLED))
      if (!stream.readableEnded) setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), DISCARD_MS).unref()
    }

    return new ServerInterceptingCall(base, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => void admit(metadata, proceed),
          onReceiveMessage(message: Received, proceed) {
            arrival?.complete(message.bytes)
            proceed(message)
          },
          onCancel: leave,
        }),
      sendMessage(message, next) {
        reading = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), READ_MS)
        next(message)
      },
      sendStatus(sent, next) {
        ended ??= sent.code ?? status.UNKNOWN
        next(sent)
      },
    })
  }
}

/**
 * The HTTP/2 stream of a call. gRPC shows interceptors a message only when all of it is in memory; its own call, which
 * the only interceptor gets, has the stream, if not in its types.
 */
function streamOf(base: ServerInterceptingCallInterface): ServerHttp2Stream {
  const { stream } = base as unknown as { stream?: ServerHttp2Stream }
  if (stream === undefined) throw new Error('@grpc/grpc-js keeps the stream of a call elsewhere now')
  return stream
}
