import type { Names } from './names'
import type { Network } from './network'
import type { Stage } from './stages'

export const WEB_PORT = 3000
export const CACHE_PORT = 6379

/** Allowed inbound traffic: internet → load balancer → web → cache, and nothing else. */
export interface SecurityGroups {
  balancer: aws.ec2.SecurityGroup
  web: aws.ec2.SecurityGroup
  worker: aws.ec2.SecurityGroup
  cache: aws.ec2.SecurityGroup
  endpoints: aws.ec2.SecurityGroup
  /** The rules that allow traffic. Depend on these to wait until traffic is allowed. */
  rules: $util.Resource[]
}

/**
 * Creates the groups without rules, then each rule separately, because a rule refers to two existing groups.
 *
 * @param ports ports of the load balancer
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
    worker: group('Worker', 'Batch workers: no inbound traffic'),
    cache: group('Cache', 'The cache: from the tasks only'),
    endpoints: group('Endpoint', 'Endpoints of AWS services: from the tasks only'),
  }
  const rules = [
    ...ports.map((port) => fromInternet(`BalancerFromInternet${port}`, groups.balancer, port)),
    ...allow('BalancerToWeb', groups.balancer, groups.web, WEB_PORT),
    ...egressRulesOf('Web', groups.web, groups, stage),
    ...egressRulesOf('Worker', groups.worker, groups, stage),
  ]
  return { ...groups, rules }
}

/** Outbound traffic of tasks: AWS, photos fetched by URL, and the cache. */
function egressRulesOf(
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

/** The egress and ingress rules of one connection. */
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
