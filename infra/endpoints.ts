import { type Names, pascal } from './names'
import type { Network } from './network'
import type { SecurityGroups } from './security-groups'
import type { Stage } from './stages'

/**
 * Endpoints for AWS services, so that traffic stays in AWS's network. The S3 endpoint is free and always exists; the
 * others depend on the stage.
 *
 * @returns the resources that tasks wait for: until then, the private DNS names don't resolve to anything
 */
export function createEndpoints(
  network: Network,
  { endpoints }: Stage,
  groups: SecurityGroups,
  { tag }: Names,
): $util.Resource[] {
  const region = aws.getRegionOutput().region
  const vpcId = network.vpc.id
  const s3 = new aws.ec2.VpcEndpoint('S3Endpoint', {
    vpcId,
    vpcEndpointType: 'Gateway',
    serviceName: $interpolate`com.amazonaws.${region}.s3`,
    routeTableIds: network.privateRouteTables.map(({ id }) => id),
    tags: tag('s3'),
  })
  const interfaces = endpoints.map(
    (name) =>
      new aws.ec2.VpcEndpoint(`${pascal(name)}Endpoint`, {
        vpcId,
        vpcEndpointType: 'Interface',
        serviceName: $interpolate`com.amazonaws.${region}.${name}`,
        privateDnsEnabled: true,
        subnetIds: network.privateSubnets.map(({ id }) => id),
        securityGroupIds: [groups.endpoints.id],
        tags: tag(name),
      }),
  )
  return [s3, ...interfaces]
}
