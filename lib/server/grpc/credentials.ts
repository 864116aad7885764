import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { ServerCredentials } from '@grpc/grpc-js'
import { type Environment, EnvironmentError } from '../config/environment'
import { fromRoot } from '../config/root'

/**
 * TLS with the certificate of the environment, or none.
 *
 * @throws EnvironmentError if its files can't be read or don't belong together
 */
export function serverCredentials({
  GRPC_TLS_CERT,
  GRPC_TLS_KEY,
}: Pick<Environment, 'GRPC_TLS_CERT' | 'GRPC_TLS_KEY'>): ServerCredentials {
  if (GRPC_TLS_CERT === undefined || GRPC_TLS_KEY === undefined) return ServerCredentials.createInsecure()
  try {
    const pair = {
      cert_chain: readFileSync(fromRoot(GRPC_TLS_CERT)),
      private_key: readFileSync(fromRoot(GRPC_TLS_KEY)),
    }
    // Neither is used before the first connection, so that what is wrong with them would be found only then.
    createSecureContext({ cert: pair.cert_chain, key: pair.private_key })
    return ServerCredentials.createSsl(null, [pair])
  } catch (error) {
    throw new EnvironmentError(`GRPC_TLS_CERT and GRPC_TLS_KEY can’t be used: ${(error as Error).message}`)
  }
}
