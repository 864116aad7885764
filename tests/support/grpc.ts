import {
  Client,
  type ClientUnaryCall,
  credentials,
  Metadata,
  type MethodDefinition as Method,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import descriptor from '@/lib/server/grpc/protos/descriptor.json'
import { freePort } from './ports'
import { type StartOptions, startServer, type TestServer } from './server'

const definitions = fromJSON(descriptor as unknown as Parameters<typeof fromJSON>[0], {
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
})

/** What a call ended with. */
export interface Outcome {
  status: string
  // biome-ignore lint/suspicious/noExplicitAny: as the message has it
  reply?: any
  details?: string
  trailer: Record<string, unknown>
}

export interface CallOptions {
  metadata?: Record<string, string>
  deadlineMs?: number
  /** Of `grpc.health.v1.Health` instead of the inference service. */
  health?: boolean
  /** Given the call, to cancel it. */
  begun?(call: ClientUnaryCall): void
  /** Sent as they are instead of the message. */
  bytes?: Buffer
}

export interface GrpcClient {
  call(method: string, message: object, options?: CallOptions): Promise<Outcome>
  close(): void
}

/** A client as the gRPC library makes it. @param certificate that it trusts, in PEM; without one, it uses no TLS */
export function grpcClient(address: string, options: Record<string, number> = {}, certificate?: Buffer): GrpcClient {
  // Not the connection that another client has to the same address.
  const security = certificate === undefined ? credentials.createInsecure() : credentials.createSsl(certificate)
  const client = new Client(address, security, { 'grpc.use_local_subchannel_pool': 1, ...options })
  return {
    call(method, message, { metadata = {}, deadlineMs, health = false, begun, bytes } = {}) {
      const service = definitions[health ? 'grpc.health.v1.Health' : 'inference.GRPCInferenceService']
      const { path, requestSerialize, responseDeserialize } = (service as Record<string, Method<object, object>>)[
        method
      ] as Method<object, object>
      const sent = new Metadata()
      for (const [key, value] of Object.entries(metadata)) sent.set(key, value)
      return new Promise((resolve) => {
        let error: ServiceError | null = null
        let reply: object | undefined
        const call = client.makeUnaryRequest(
          path,
          (one: object) => bytes ?? requestSerialize(one),
          responseDeserialize,
          message,
          sent,
          deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
          (failed, received) => {
            error = failed
            reply = received
          },
        )
        call.on('status', ({ code, details, metadata: trailer }) =>
          resolve({
            status: status[code],
            ...(error === null ? { reply } : { details }),
            trailer: trailer.getMap(),
          }),
        )
        begun?.(call)
      })
    },
    close: () => client.close(),
  }
}

/** A server with gRPC on a free port. */
export async function startGrpcServer(options: StartOptions = {}): Promise<TestServer & { grpc: string }> {
  const port = await freePort()
  const server = await startServer({ ...options, env: { GRPC_PORT: String(port), ...options.env } })
  return { ...server, grpc: `127.0.0.1:${port}` }
}

/** A message for ModelInfer with photos as files. */
export function inferPhotos(model: string, ...photos: Uint8Array[]): object {
  const elements = photos.flatMap((photo) => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(photo.byteLength)
    return [length, photo]
  })
  return {
    model_name: model,
    inputs: [{ name: 'encoded_image', datatype: 'BYTES', shape: [photos.length] }],
    raw_input_contents: [Buffer.concat(elements)],
  }
}
