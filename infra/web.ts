import type { Domain } from './domain'
import { collectListeners, type Listeners } from './listeners'
import { WEB_PORT } from './security-groups'
import { type ServiceArgs, serviceArguments } from './service'
import type { StageContext } from './stage-context'
import type { Stage } from './stages'
import { BALANCER_IDLE, DEREGISTRATION_DELAY, GRACE, HEALTH_INTERVAL, UNHEALTHY_AFTER } from './timing'

/**
 * Photos per minute that a core classifies at 60% CPU, at 6.6 ms of CPU per photo (docs/scaling.md), so that the
 * request count adds a task before the CPU does.
 */
const REQUESTS_A_CORE = Math.round((0.6 * 60_000) / 6.6)
const CPU_TARGET = 60
/** TLS 1.3, and TLS 1.2 with forward secrecy. */
const TLS = 'ELBSecurityPolicy-TLS13-1-2-2021-06'

/** Ports of the load balancer. */
export function listenPorts(domain: string | null): number[] {
  return domain === null ? [80] : [80, 443]
}

/** The web service: pages, API and single photos, behind a load balancer. */
export function createWeb(context: StageContext, domain: Domain | null): sst.aws.Service {
  const { stage, groups } = context
  const { web } = stage
  const listeners = collectListeners(listenPorts(domain?.name ?? null).length)
  const shared = serviceArguments(context, {
    name: 'Web',
    tasks: web,
    group: groups.web,
    serves: true,
    environment: environmentOf(stage),
    defaults: { API_KEYS: stage.apiKeys },
    service: (args) => {
      args.healthCheckGracePeriodSeconds = GRACE
    },
    // During the plan of a first deployment the certificate is unknown, so there is no listener.
    after: $util.runtime.isDryRun() ? null : listeners.created,
  })
  return new sst.aws.Service('Web', {
    ...shared,
    scaling: {
      min: web.min,
      max: web.max,
      cpuUtilization: CPU_TARGET,
      memoryUtilization: false,
      requestCount: Math.round(REQUESTS_A_CORE * Number.parseFloat(web.size)),
      scaleOutCooldown: '60 seconds',
      scaleInCooldown: '5 minutes',
    },
    loadBalancer: loadBalancer(domain),
    transform: { ...shared.transform, ...balancerTransforms(context, listeners) },
    dev: { command: 'npm run dev', url: 'http://localhost:3000' },
  })
}

function environmentOf({ web, worker, rateLimit }: Stage): Record<string, string> {
  return {
    HOST: '0.0.0.0',
    PORT: String(WEB_PORT),
    TRUST_PROXY: '1',
    INSTANCES: String(web.max),
    RATE_LIMIT: String(rateLimit),
    // All tasks return cached results from the shared cache.
    ...(worker === null ? {} : { RESULT_CACHE_BYTES: '50000000' }),
  }
}

function loadBalancer(domain: Domain | null): NonNullable<ServiceArgs['loadBalancer']> {
  const forward = `${WEB_PORT}/http` as const
  const health = {
    path: '/health/ready',
    interval: `${HEALTH_INTERVAL} seconds`,
    timeout: '5 seconds',
    healthyThreshold: 2,
    unhealthyThreshold: UNHEALTHY_AFTER,
    successCodes: '200',
  } as const
  if (domain === null) return { rules: [{ listen: '80/http', forward }], health: { [forward]: health } }
  return {
    domain: { name: domain.name, cert: domain.certificate, dns: false },
    rules: [
      { listen: '80/http', redirect: '443/https' },
      { listen: '443/https', forward },
    ],
    health: { [forward]: health },
  }
}

function balancerTransforms(
  { stage, network, groups, buckets }: StageContext,
  listeners: Listeners,
): NonNullable<ServiceArgs['transform']> {
  return {
    loadBalancer: (args, options) => {
      // AWS requires an internet route for it, and checks log permissions when it is created.
      options.dependsOn = [...network.routes.public, buckets.logs]
      args.securityGroups = [groups.balancer.id]
      args.idleTimeout = BALANCER_IDLE
      args.dropInvalidHeaderFields = true
      args.enableDeletionProtection = stage.protect
      args.accessLogs = { bucket: buckets.logs.name, prefix: 'access', enabled: true }
    },
    // SST's own group is unused because the load balancer has ours. It must allow no traffic.
    loadBalancerSecurityGroup: (args) => {
      args.ingress = []
      args.egress = []
    },
    listener: (args, options) => {
      listeners.collect(options)
      if (args.protocol === 'HTTPS') args.sslPolicy = TLS
    },
    target: (args) => {
      args.deregistrationDelay = DEREGISTRATION_DELAY
      args.loadBalancingAlgorithmType = 'least_outstanding_requests'
    },
  }
}
