import { once } from 'node:events'
import type { Server as Listener } from 'node:net'
import {
  type handleUnaryCall,
  logVerbosity,
  Server,
  type ServerOptions,
  setLogVerbosity,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { purposeOf } from '../http/keys/guard'
import type { Services } from '../http/services'
import { withGrant } from '../keys/permission'
import { accessOf } from './access'
import { connectionListener } from './connections'
import { serverCredentials } from './credentials'
import { type Received, serviceNamed } from './definitions'
import { type Calls, gate } from './gate'
import { healthMethods, inferenceMethods, type Method } from './methods'

const INFERENCE = 'inference.GRPCInferenceService'
const HEALTH = 'grpc.health.v1.Health'
/** Calls at once on a connection; a client queues further ones. */
const MAX_STREAMS = 100
/** A connection without a call for this long is closed; clients open another one when they need it (milliseconds). */
const IDLE_MS = 300_000

export interface GrpcServer {
  /** A TCP server that isn't listening yet. */
  listener: Listener
  /** Accepts no more connections and calls, and resolves once the calls in progress are answered. */
  close(): Promise<void>
}

/** The Open Inference Protocol, version 2, over gRPC, and gRPC's health check. */
export function createGrpcServer(services: Services): GrpcServer {
  // The library would log the headers of calls, credentials included, that it can't read.
  setLogVerbosity(logVerbosity.NONE)
  const calls: Calls = new WeakMap()
  const options: ServerOptions = {
    interceptors: [gate(services, calls)],
    'grpc.enable_channelz': 0,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    'grpc.max_connection_idle_ms': IDLE_MS,
    'grpc.max_receive_message_length': services.environment.MAX_REQUEST_BYTES,
  }
  const server = new Server(options)
  const add = (name: string, methods: Record<string, Method>) =>
    server.addService(serviceNamed(name), implementation(methods, calls))
  add(INFERENCE, inferenceMethods(services))
  add(HEALTH, healthMethods(services, [INFERENCE]))
  const connections = server.createConnectionInjector(serverCredentials(services.environment))
  const listener = connectionListener((socket) => connections.injectConnection(socket))
  return {
    listener,
    async close() {
      const closed = once(listener, 'close')
      listener.close()
      connections.drain(services.environment.SHUTDOWN_TIMEOUT_MS)
      await closed
    },
  }
}

function implementation(methods: Record<string, Method>, calls: Calls): UntypedServiceImplementation {
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, handler(method, calls)]))
}

function handler(method: Method, calls: Calls): handleUnaryCall<Received, object> {
  return async ({ metadata, request }, respond) => {
    const call = calls.get(metadata)
    if (call === undefined) return respond({ code: status.INTERNAL, details: 'The call hasn’t passed the gate.' })
    try {
      const message = request.read()
      const answer = () => method(message, call)
      respond(null, await withGrant(call.caller, purposeOf(accessOf(call.path)), answer), call.trailer())
    } catch (error) {
      respond(call.failure(error))
    }
  }
}
