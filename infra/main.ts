import { createAlarms } from './alarms'
import { createBuckets } from './buckets'
import { createCache } from './cache'
import { createDashboard } from './dashboard'
import { createDomainRecord, domainOf } from './domain'
import { createEndpoints } from './endpoints'
import { uploadModels } from './models'
import { namesOf } from './names'
import { createNetwork } from './network'
import { readSettings } from './read-settings'
import { createSecrets } from './secrets'
import { createSecurityGroups } from './security-groups'
import { releaseOf } from './settings'
import type { StageContext } from './stage-context'
import { stageOf } from './stages'
import { createWeb, listenPorts } from './web'
import { createWorker, scaleWorkers } from './worker'

/** Creates everything that a stage has in AWS. Returns the outputs that `npm run deploy` reads. */
export async function createStage() {
  const stage = stageOf($app.stage)
  const release = releaseOf(stage)
  const settings = await readSettings(stage)
  const names = namesOf(settings, stage)
  const domain = domainOf(settings, stage)
  const network = createNetwork(stage, names)
  const groups = createSecurityGroups(network, stage, listenPorts(settings.domain), names)
  const endpoints = createEndpoints(network, stage, groups, names)
  const buckets = createBuckets(stage)
  const models = await uploadModels(buckets.models)
  const cache = stage.cache === null ? null : createCache(stage.cache, network, groups)
  const cluster = new sst.aws.Cluster('Cluster', {
    vpc: {
      id: network.vpc.id,
      securityGroups: [groups.web.id],
      containerSubnets: network.privateSubnets.map(({ id }) => id),
      loadBalancerSubnets: network.publicSubnets.map(({ id }) => id),
    },
  })
  const secrets = createSecrets([...stage.secrets, ...settings.secrets], names, cache?.url ?? null)
  const context: StageContext = {
    stage,
    settings,
    release,
    names,
    network,
    groups,
    endpoints,
    buckets,
    models,
    cluster,
    secrets,
  }
  const web = createWeb(context, domain)
  const worker = stage.worker === null ? null : createWorker(context, stage.worker)
  // `sst dev` runs both services on this machine: nothing scales, and there is nothing to monitor.
  if ($dev) return { url: web.url, models }
  if (worker !== null) scaleWorkers(context, worker)
  if (domain !== null) createDomainRecord(web.nodes.loadBalancer, domain)
  createAlarms(context, { web, worker, cache: cache?.nodes ?? [] })
  createDashboard(context, { web, worker, cache: cache?.nodes ?? [] })
  return {
    url: domain === null ? $interpolate`http://${web.nodes.loadBalancer.dnsName}` : `https://${domain.name}`,
    balancer: web.nodes.loadBalancer.dnsName,
    models,
    cluster: cluster.nodes.cluster.name,
    service: web.nodes.service.name,
  }
}
