import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import descriptor from './protos/descriptor.json'

/** A message as it arrived: what it says, or null if it isn't a message of its method, and its length in bytes. */
export interface Received {
  message: unknown
  bytes: number
}

/** Names as in the .proto files, numbers for int64, and a value for each field. */
const definitions = fromJSON(descriptor as unknown as Parameters<typeof fromJSON>[0], {
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
})

/** The service with this full name. A message that can't be read reaches its method, which says so to the client. */
export function serviceNamed(name: string): ServiceDefinition<UntypedServiceImplementation> {
  const methods = Object.entries(definitions[name] as ServiceDefinition<UntypedServiceImplementation>)
  return Object.fromEntries(
    methods.map(([method, definition]) => {
      const requestDeserialize = (bytes: Buffer): Received => {
        try {
          return { message: definition.requestDeserialize(bytes), bytes: bytes.byteLength }
        } catch {
          return { message: null, bytes: bytes.byteLength }
        }
      }
      return [method, { ...definition, requestDeserialize }]
    }),
  )
}
