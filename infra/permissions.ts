import type { Buckets } from './buckets'
import type { Secrets } from './secrets'
import type { Stage } from './stages'

interface Statement {
  Effect: 'Allow'
  Action: string[]
  Resource: $util.Input<string>[]
}

/**
 * Actions for which AWS supports no narrower resource than `*`, with the AWS documentation. A test enforces this list.
 *
 * - `ecr:GetAuthorizationToken`:
 *   https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
 * - `ssmmessages:*`, the channel of a shell in a task:
 *   https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmessagegatewayservice.html
 */
export const ON_EVERYTHING = [
  'ecr:GetAuthorizationToken',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
] as const

const allow = (Action: string[], Resource: $util.Input<string>[]): Statement => ({ Effect: 'Allow', Action, Resource })

function policy(statements: Statement[]): $util.Output<string> {
  return $jsonStringify({ Version: '2012-10-17', Statement: statements })
}

/** Permissions of the app: read models, write photos and results and, for workers, request scale-in protection. */
export function taskPolicy(
  stage: Stage,
  { models, outputs }: Buckets,
  tasks: $util.Input<string> | null,
): $util.Output<string> {
  const within = ({ arn }: sst.aws.Bucket) => $interpolate`${arn}/*`
  return policy([
    allow(['s3:GetObject'], [within(models)]),
    allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'], [within(outputs)]),
    allow(['s3:ListBucket'], [models.arn, outputs.arn]),
    ...(tasks === null ? [] : [allow(['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'], [tasks])]),
    ...(stage.exec ? [allow(ON_EVERYTHING.slice(1), ['*'])] : []),
  ])
}

/** Permissions that ECS needs to start a task: its own image, log and secrets. */
export function executionPolicy(
  repository: $util.Input<string>,
  logGroup: $util.Input<string>,
  secrets: Secrets,
): $util.Output<string> {
  return policy([
    allow(['ecr:GetAuthorizationToken'], ['*']),
    allow(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], [repository]),
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [$interpolate`${logGroup}:*`]),
    allow(['ssm:GetParameters'], Object.values(secrets)),
  ])
}
