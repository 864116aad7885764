import { WEB_PORT } from './security-groups'
import { STOP_TIMEOUT } from './timing'

/** User of the image; see the Dockerfile. */
const USER = '1000:1000'
/** Writable folders, on Fargate's ephemeral disk. Everything else is read-only. */
const WRITABLE = { tmp: '/tmp', data: '/app/data' }
/** Folders that the agent needs to open a shell in a task. */
const FOR_A_SHELL = { 'agent-state': '/var/lib/amazon', 'agent-log': '/var/log/amazon' }

interface Container {
  [key: string]: unknown
  logConfiguration: { logDriver: string; options: Record<string, string> }
}

/**
 * Restricts the container that SST defines: only the port in use, no terminal, no root user, two writable folders, and
 * enough time to stop.
 *
 * @param serves whether it receives requests
 * @param shell whether a shell can be opened in it
 */
export function hardenContainers(args: aws.ecs.TaskDefinitionArgs, serves: boolean, shell: boolean): void {
  const writable = { ...WRITABLE, ...(shell ? FOR_A_SHELL : {}) }
  args.containerDefinitions = $util
    .output(args.containerDefinitions)
    .apply((text) => JSON.stringify((JSON.parse(text) as Container[]).map((each) => narrow(each, serves, writable))))
  args.volumes = Object.keys(writable).map((name) => ({ name }))
}

function narrow(container: Container, serves: boolean, writable: Record<string, string>): Container {
  const { logDriver, options } = container.logConfiguration
  return {
    ...container,
    portMappings: serves ? [{ containerPort: WEB_PORT, hostPort: WEB_PORT, protocol: 'tcp' }] : [],
    pseudoTerminal: false,
    readonlyRootFilesystem: true,
    user: USER,
    stopTimeout: STOP_TIMEOUT,
    mountPoints: Object.entries(writable).map(([sourceVolume, containerPath]) => ({ sourceVolume, containerPath })),
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
    // An unavailable log service must not block responses.
    logConfiguration: { logDriver, options: { ...options, mode: 'non-blocking', 'max-buffer-size': '25m' } },
  }
}
