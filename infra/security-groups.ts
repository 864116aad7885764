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
}

/**
 * Groups without rules of their own, then each rule by itself: a rule names two groups, and both must be there before.
 *
 * @param ports where the balancer listens
 */
export function createSecurityGroups({ vpc }: Network, stage: Stage, ports: readonly number[]): SecurityGroups {
  const group = (name: string, description: string) =>
    new aws.ec2.SecurityGroup(`${name}SecurityGroup`, { vpcId: vpc.id, description })
  const groups: SecurityGroups = {
    balancer: group('Balancer', 'The load balancer: from the internet to the web tasks'),
    web: group('Web', 'Web tasks: from the load balancer only'),
    worker: group('Worker', 'Batch workers: nobody calls them'),
    cache: group('Cache', 'The cache: from the tasks only'),
    endpoints: group('Endpoint', 'Endpoints of AWS services: from the tasks only'),
  }
  for (const port of ports) fromInternet(`BalancerFromInternet${port}`, groups.balancer, port)
  allow('BalancerToWeb', groups.balancer, groups.web, WEB_PORT)
  for (const [name, tasks] of [['Web', groups.web] as const, ['Worker', groups.worker] as const]) {
    // AWS, and photos that are named by their address.
    for (const port of [443, 80]) toInternet(`${name}ToInternet${port}`, tasks, port)
    if (stage.cache) allow(`${name}ToCache`, tasks, groups.cache, CACHE_PORT)
    if (stage.endpoints.length > 0) allowIn(`${name}ToEndpoints`, tasks, groups.endpoints, 443)
  }
  return groups
}

/** Both ends of one way. */
function allow(name: string, from: aws.ec2.SecurityGroup, to: aws.ec2.SecurityGroup, port: number): void {
  allowIn(name, from, to, port)
  new aws.vpc.SecurityGroupEgressRule(`${name}Out`, {
    securityGroupId: from.id,
    referencedSecurityGroupId: to.id,
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
  })
}

function allowIn(name: string, from: aws.ec2.SecurityGroup, to: aws.ec2.SecurityGroup, port: number): void {
  new aws.vpc.SecurityGroupIngressRule(`${name}In`, {
    securityGroupId: to.id,
    referencedSecurityGroupId: from.id,
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
  })
}

function fromInternet(name: string, { id }: aws.ec2.SecurityGroup, port: number): void {
  const rule = { securityGroupId: id, ipProtocol: 'tcp', fromPort: port, toPort: port }
  new aws.vpc.SecurityGroupIngressRule(name, { ...rule, cidrIpv4: '0.0.0.0/0' })
}

function toInternet(name: string, { id }: aws.ec2.SecurityGroup, port: number): void {
  const rule = { securityGroupId: id, ipProtocol: 'tcp', fromPort: port, toPort: port }
  new aws.vpc.SecurityGroupEgressRule(name, { ...rule, cidrIpv4: '0.0.0.0/0' })
}
