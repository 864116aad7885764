import { arnOf } from './arn'
import type { Release } from './settings'

/** The image that all tasks run: an existing one, or one built from the Dockerfile. */
export function imageOf({ image, revision }: Release) {
  return image ?? { context: '.', dockerfile: 'Dockerfile', args: { REVISION: revision ?? '' } }
}

/** ARN of the repository of the image: its own in ECR, or the one where SST stores what it builds. */
export function repositoryOf({ image }: Release): $util.Output<string> {
  const [, account, place, name] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^@:]+)/.exec(image ?? '') ?? []
  if (name === undefined) return arnOf('ecr', 'repository/sst-asset')
  return $interpolate`arn:${aws.getPartitionOutput().partition}:ecr:${place}:${account}:repository/${name}`
}
