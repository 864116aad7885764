import type { Buckets } from './buckets'
import type { Names } from './names'
import type { Network } from './network'
import type { Secrets } from './secrets'
import type { SecurityGroups } from './security-groups'
import type { Release, Settings } from './settings'
import type { Stage } from './stages'

/** What the services need from the rest of the stage. */
export interface StageContext {
  stage: Stage
  settings: Settings
  release: Release
  names: Names
  network: Network
  groups: SecurityGroups
  endpoints: $util.Resource[]
  buckets: Buckets
  /** Location of the models, available when they are uploaded. */
  models: $util.Output<string>
  cluster: sst.aws.Cluster
  secrets: Secrets
}
