import { arnOf } from './arn'
import type { Names } from './names'

/** Names of environment variables and the ARNs of the parameters that ECS reads them from when a task starts. */
export type Secrets = Record<string, $util.Output<string>>

/**
 * Secrets as SecureStrings of the SSM Parameter Store. Those that are named lie there before (`npm run deploy` makes what the stage must have) and never pass
 * through the deployment; the cache's address, which has its password in it, is the deployment's own.
 */
export function createSecrets(named: readonly string[], names: Names, redisUrl: $util.Output<string> | null): Secrets {
  const arn = (name: string) => arnOf('ssm', `parameter${names.parameter(name)}`)
  const secrets: Secrets = Object.fromEntries(named.map((name) => [name, arn(name)]))
  if (redisUrl !== null) {
    const name = names.parameter('REDIS_URL')
    secrets.REDIS_URL = new aws.ssm.Parameter('RedisUrl', {
      name,
      type: 'SecureString',
      value: $util.secret(redisUrl),
    }).arn
  }
  return secrets
}
