import type { Settings } from './settings'
import { homeOf, type Stage } from './stages'

export interface Domain {
  name: string
  /** ARN of the certificate, once it is valid. */
  certificate: $util.Output<string>
  zoneId: $util.Output<string>
}

/**
 * A certificate for the domain, proved by a record of its zone; null where no domain is set. AWS asks for the same record in every region: production's first
 * one owns it, and the others, which come and go, wait for it to be found.
 */
export function domainOf({ domain: name, zone }: Settings, stage: Stage): Domain | null {
  if (name === null || zone === null) return null
  const zoneId = aws.route53.getZoneOutput({ name: zone }).zoneId
  const certificate = new aws.acm.Certificate('Certificate', { domainName: name, validationMethod: 'DNS' })
  const valid = new aws.acm.CertificateValidation('CertificateValid', {
    certificateArn: certificate.arn,
    ...(homeOf(stage).name === stage.name ? { validationRecordFqdns: [proofOf(certificate, zoneId).fqdn] } : {}),
  })
  return { name, certificate: valid.certificateArn, zoneId }
}

/** The record by which AWS knows that the domain is ours, now and whenever it renews a certificate. */
function proofOf({ domainValidationOptions }: aws.acm.Certificate, zoneId: $util.Output<string>): aws.route53.Record {
  const proof = domainValidationOptions.apply(([option]) => {
    if (!option) throw new Error('a certificate has something to prove')
    return option
  })
  return new aws.route53.Record('CertificateProof', {
    zoneId,
    name: proof.resourceRecordName,
    type: proof.resourceRecordType,
    records: [proof.resourceRecordValue],
    ttl: 300,
    // A certificate that was made by hand before has left it.
    allowOverwrite: true,
  })
}

/** Sends visitors to the nearest region that is healthy; with one region, to that. */
export function pointAt(balancer: Pick<aws.lb.LoadBalancer, 'dnsName' | 'zoneId'>, { name, zoneId }: Domain): void {
  const region = aws.getRegionOutput().region
  new aws.route53.Record('Domain', {
    zoneId,
    name,
    type: 'A',
    setIdentifier: region,
    latencyRoutingPolicies: [{ region }],
    aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
  })
}
