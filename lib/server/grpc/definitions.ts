import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import { Problem } from '@/lib/shared/problems/problem'
import { INFER_FIELDS, requireFewParts } from './message-parts'
import descriptor from './protos/descriptor.json'

/** A message as it arrived, and its length in bytes. */
export interface Received {
  /** Its content. @throws Problem `invalid_parameter` if it isn't a message of its method */
  read(): unknown
  bytes: number
}

/** Names as in the .proto files, numbers for int64, and a value for each field. */
const definitions = fromJSON(descriptor as unknown as Parameters<typeof fromJSON>[0], {
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
})

/** The service with this full name. */
export function serviceNamed(name: string): ServiceDefinition<UntypedServiceImplementation> {
  const methods = Object.entries(definitions[name] as ServiceDefinition<UntypedServiceImplementation>)
  return Object.fromEntries(
    methods.map(([method, definition]) => {
      const fields = method === 'ModelInfer' ? INFER_FIELDS : {}
      // Read by the method, whose problems reach the client.
      const requestDeserialize = (bytes: Buffer): Received => ({
        bytes: bytes.byteLength,
        read() {
          requireFewParts(bytes, fields)
          try {
            return definition.requestDeserialize(bytes)
          } catch {
            throw new Problem('invalid_parameter', 'The message isn’t one of this method’s requests.')
          }
        },
      })
      return [method, { ...definition, requestDeserialize }]
    }),
  )
}
