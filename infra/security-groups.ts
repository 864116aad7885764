import type { Names } from './names'
import type { Network } from './network'
import type { Stage } from './stages'

export const WEB_PORT = 3000
export const CACHE_PORT = 6379

/** Who may talk to whom: internet → balancer → web → cache, and nothing else. */
export interface SecurityGroups {
  balancer: aws.ec2.SecurityGroup
  web: aws.ec2.SecurityGroup
  worker: aws.ec2.SecurityGroup
  cache: aws.ec2.SecurityGroup
  endpoints: aws.ec2.SecurityGroup
  /** Who may talk to whom, which is so when these are there. */
  rules: $util.Resource[]
}

/**
 * Groups without rules of their own, then each rule by itself: a rule names two groups, and both must be there before.
 *
 * @param ports where the balancer listens
 */
export function createSecurityGroups(
  { vpc }: Network,
  stage: Stage,
  ports: readonly number[],
  { tag }: Names,
): SecurityGroups {
  const group = (name: string, description: string) =>
    new aws.ec2.SecurityGroup(`${name}SecurityGroup`, { vpcId: vpc.id, description, tags: tag(name.toLowerCase()) })
  const groups = {
    balancer: group('Balancer', 'The load balancer: from the internet to the web tasks'),
    web: group('Web', 'Web tasks: from the load balancer only'),
    worker: group('Worker', 'Batch workers: nobody calls them'),
    cache: group('Cache', 'The cache: from the tasks only'),
    endpoints: group('Endpoint', 'Endpoints of AWS services: from the tasks only'),
  }
  const rules = [
    ...ports.map((port) => fromInternet(`BalancerFromInternet${port}`, groups.balancer, port)),
    ...allow('BalancerToWeb', groups.balancer, groups.web, WEB_PORT),
    ...waysOf('Web', groups.web, groups, stage),
    ...waysOf('Worker', groups.worker, groups, stage),
  ]
  return { ...groups, rules }
}

/** Where tasks go: AWS, photos that are named by their address, the cache. */
function waysOf(
  name: string,
  tasks: aws.ec2.SecurityGroup,
  { cache, endpoints }: Pick<SecurityGroups, 'cache' | 'endpoints'>,
  stage: Stage,
): $util.Resource[] {
  return [
    ...[443, 80].map((port) => toInternet(`${name}ToInternet${port}`, tasks, port)),
    ...(stage.cache ? allow(`${name}ToCache`, tasks, cache, CACHE_PORT) : []),
    ...(stage.endpoints.length > 0 ? [allowIn(`${name}ToEndpoints`, tasks, endpoints, 443)] : []),
  ]
}

/** Both ends of one way. */
function allow(name: string, from: aws.ec2.SecurityGroup, to: aws.ec2.SecurityGroup, port: number): $util.Resource[] {
  const out = new aws.vpc.SecurityGroupEgressRule(`${name}Out`, {
    securityGroupId: from.id,
    referencedSecurityGroupId: to.id,
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
  })
  return [allowIn(name, from, to, port), out]
}

function allowIn(name: string, from: aws.ec2.SecurityGroup, to: aws.ec2.SecurityGroup, port: number): $util.Resource {
  return new aws.vpc.SecurityGroupIngressRule(`${name}In`, {
    securityGroupId: to.id,
    referencedSecurityGroupId: from.id,
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
  })
}

function fromInternet(name: string, { id }: aws.ec2.SecurityGroup, port: number): $util.Resource {
  const rule = { securityGroupId: id, ipProtocol: 'tcp', fromPort: port, toPort: port }
  return new aws.vpc.SecurityGroupIngressRule(name, { ...rule, cidrIpv4: '0.0.0.0/0' })
}

function toInternet(name: string, { id }: aws.ec2.SecurityGroup, port: number): $util.Resource {
  const rule = { securityGroupId: id, ipProtocol: 'tcp', fromPort: port, toPort: port }
  return new aws.vpc.SecurityGroupEgressRule(name, { ...rule, cidrIpv4: '0.0.0.0/0' })
}
