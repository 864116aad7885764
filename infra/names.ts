import type { Settings } from './settings'
import type { Stage } from './stages'

/** What things are called in AWS: by project and stage, so that a stage's own can be told from another's everywhere. */
export interface Names {
  /** Of the web tasks; the workers' has `-worker` behind it. */
  logGroup: string
  /** Name of a parameter of the SSM Parameter Store. */
  parameter(name: string): string
  /** Namespace of the app's own figures in CloudWatch, and how they are told apart. */
  metrics: { namespace: string; environment: string }
  dashboard: string
  alarm(name: string): string
  /** What the console shows of a part of the network. */
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

/** `running-tasks` or `ecr.api` as resources are called: `RunningTasks`, `EcrApi`. */
export function pascal(name: string): string {
  return name.replace(/(?:^|[-.])(\w)/g, (_, letter: string) => letter.toUpperCase())
}
