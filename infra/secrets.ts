import { arnOf } from './arn'
import type { Names } from './names'

/** Environment variable names, with the ARNs of the parameters that ECS reads them from when a task starts. */
export type Secrets = Record<string, $util.Output<string>>

/**
 * Secrets as SecureStrings in the SSM Parameter Store. Named secrets exist before the deployment (`npm run deploy`
 * creates required ones) and never pass through it. The deployment creates the cache URL, which contains the password.
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
