import { arnOf } from './arn'
import type { Release } from './settings'

/** The image that all tasks run: one that was built before, or the Dockerfile's. */
export function imageOf({ image, revision }: Release) {
  return image ?? { context: '.', dockerfile: 'Dockerfile', args: { REVISION: revision ?? '' } }
}

/** ARN of the repository that it is pulled from: the image's own in ECR, or where SST keeps what it builds. */
export function repositoryOf({ image }: Release): $util.Output<string> {
  const [, account, place, name] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^@:]+)/.exec(image ?? '') ?? []
  if (name === undefined) return arnOf('ecr', 'repository/sst-asset')
  return $interpolate`arn:${aws.getPartitionOutput().partition}:ecr:${place}:${account}:repository/${name}`
}
