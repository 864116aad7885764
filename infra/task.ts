import { WEB_PORT } from './security-groups'
import { STOP_TIMEOUT } from './timing'

/** The user of the image; see its Dockerfile. */
const USER = '1000:1000'
/** Where a task may write: the disk that Fargate gives it, gone with it. All else is read-only. */
const WRITABLE = { tmp: '/tmp', data: '/app/data' }
/** Where the agent writes that opens a shell in a task. */
const FOR_A_SHELL = { 'agent-state': '/var/lib/amazon', 'agent-log': '/var/log/amazon' }

interface Container {
  [key: string]: unknown
  logConfiguration: { logDriver: string; options: Record<string, string> }
}

/**
 * Narrows the container that SST describes: the one port that is used, no terminal, no root, nothing to write on but two folders, and time to finish.
 *
 * @param serves whether anybody calls it
 * @param shell whether somebody may open a shell in it
 */
export function hardened(args: aws.ecs.TaskDefinitionArgs, serves: boolean, shell: boolean): void {
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
    // A log that is away for a while must not hold up an answer.
    logConfiguration: { logDriver, options: { ...options, mode: 'non-blocking', 'max-buffer-size': '25m' } },
  }
}
