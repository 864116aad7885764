import type { Settings } from './settings'

export interface Domain {
  name: string
  /** ARN of the certificate, once it is valid. */
  certificate: $util.Output<string>
  zoneId: $util.Output<string>
}

/** A certificate for the domain, proved by a record of its zone; null where no domain is set. */
export function domainOf({ domain: name, zone }: Settings): Domain | null {
  if (name === null || zone === null) return null
  const zoneId = aws.route53.getZoneOutput({ name: zone }).zoneId
  const certificate = new aws.acm.Certificate('Certificate', { domainName: name, validationMethod: 'DNS' })
  const proof = certificate.domainValidationOptions.apply(([option]) => {
    if (!option) throw new Error('a certificate has something to prove')
    return option
  })
  const record = new aws.route53.Record('CertificateProof', {
    zoneId,
    name: proof.resourceRecordName,
    type: proof.resourceRecordType,
    records: [proof.resourceRecordValue],
    ttl: 300,
    // A second region proves the same name by the same record.
    allowOverwrite: true,
  })
  const valid = new aws.acm.CertificateValidation('CertificateValid', {
    certificateArn: certificate.arn,
    validationRecordFqdns: [record.fqdn],
  })
  return { name, certificate: valid.certificateArn, zoneId }
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
