import { arnOf } from './arn'
import type { Stage } from './stages'

export interface Buckets {
  /** Models, in the layout of `vision models push`. */
  models: sst.aws.Bucket
  /** Photos of jobs until they have results, the results, and feedback. */
  outputs: sst.aws.Bucket
  /** Access logs of the load balancer. */
  logs: sst.aws.Bucket
}

/** Buckets are encrypted, versioned, private and TLS only, and expire data that is no longer needed. */
export function createBuckets(stage: Stage): Buckets {
  const { days, oldVersionDays } = stage.outputs
  return {
    models: bucket('Models', stage, [tidy(oldVersionDays)]),
    outputs: bucket('Outputs', stage, [tidy(oldVersionDays), expire('jobs', 'jobs/', days)]),
    logs: bucket('Logs', stage, [tidy(1), expire('access', '', stage.logDays)], {
      actions: ['s3:PutObject'],
      principals: [{ type: 'service', identifiers: ['logdelivery.elasticloadbalancing.amazonaws.com'] }],
      paths: ['access/*'],
      // The service writes logs for every AWS account, so only allow it for load balancers in this one.
      conditions: [
        { test: 'StringEquals', variable: 'aws:SourceAccount', values: [aws.getCallerIdentityOutput().accountId] },
        { test: 'ArnLike', variable: 'aws:SourceArn', values: [arnOf('elasticloadbalancing', 'loadbalancer/*')] },
      ],
    }),
  }
}

type Rule = aws.types.input.s3.BucketLifecycleConfigurationRule
type Policy = NonNullable<ConstructorParameters<typeof sst.aws.Bucket>[1]>['policy']
type Statement = NonNullable<Exclude<Policy, $util.Output<unknown> | Promise<unknown>>> extends (infer S)[] ? S : never

function bucket(name: string, stage: Stage, rules: Rule[], statement?: Statement): sst.aws.Bucket {
  const created = new sst.aws.Bucket(name, {
    versioning: true,
    enforceHttps: true,
    cors: false,
    ...(statement === undefined ? {} : { policy: [statement] }),
    transform: {
      // SST empties buckets before it removes them. Production buckets are kept.
      bucket: { forceDestroy: stage.removal === 'remove' },
    },
  })
  new aws.s3.BucketLifecycleConfiguration(`${name}Lifecycle`, { bucket: created.name, rules })
  new aws.s3.BucketServerSideEncryptionConfiguration(`${name}Encryption`, {
    bucket: created.name,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
  })
  return created
}

/** Keeps overwritten and deleted objects for a while, and aborts incomplete uploads, which would cost money. */
function tidy(days: number): Rule {
  return {
    id: 'tidy',
    status: 'Enabled',
    filter: { prefix: '' },
    noncurrentVersionExpiration: { noncurrentDays: days },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
  }
}

function expire(id: string, prefix: string, days: number): Rule {
  return { id, status: 'Enabled', filter: { prefix }, expiration: { days } }
}
