import type { Settings } from './settings'
import type { Stage } from './stages'

/** Names of resources in AWS. They contain project and stage, so that the resources of a stage can be identified. */
export interface Names {
  /** Log group of the web tasks. The one of the workers has the suffix `-worker`. */
  logGroup: string
  /** Name of a parameter in the SSM Parameter Store. */
  parameter(name: string): string
  /** CloudWatch namespace of the app's own metrics, and the dimension that identifies the stage. */
  metrics: { namespace: string; environment: string }
  dashboard: string
  alarm(name: string): string
  /** Name tag of a network resource, as the console shows it. */
  tag(part: string): { Name: string }
}

export function namesOf({ project }: Settings, { name: stage }: Stage): Names {
  return {
    logGroup: `/ecs/${project}-${stage}`,
    parameter: (name) => `/${project}/${stage}/${name}`,
    metrics: { namespace: project, environment: stage },
    dashboard: `${project}-${stage}`,
    alarm: (name) => `${project}-${stage}-${name}`,
    tag: (part) => ({ Name: `${project}-${stage}-${part}` }),
  }
}

/** Resource name for `running-tasks` or `ecr.api`: `RunningTasks`, `EcrApi`. */
export function pascal(name: string): string {
  return name.replace(/(?:^|[-.])(\w)/g, (_, letter: string) => letter.toUpperCase())
}
