import type { Settings } from './settings'
import { type Stage, settingsStageOf } from './stages'

export interface Domain {
  name: string
  /** ARN of the certificate, available once it is valid. */
  certificate: $util.Output<string>
  zoneId: $util.Output<string>
}

/**
 * A certificate for the domain, validated by a record in its zone; null if no domain is set. AWS requires the same
 * record in every region. The first production region owns it; the other regions, which come and go, wait for it.
 */
export function domainOf({ domain: name, zone }: Settings, stage: Stage): Domain | null {
  if (name === null || zone === null) return null
  const zoneId = aws.route53.getZoneOutput({ name: zone }).zoneId
  const certificate = new aws.acm.Certificate('Certificate', { domainName: name, validationMethod: 'DNS' })
  const valid = new aws.acm.CertificateValidation('CertificateValid', {
    certificateArn: certificate.arn,
    ...(settingsStageOf(stage).name === stage.name
      ? { validationRecordFqdns: [validationRecordOf(certificate, zoneId).fqdn] }
      : {}),
  })
  return { name, certificate: valid.certificateArn, zoneId }
}

/** The record with which AWS validates the domain, for this certificate and for every renewal. */
function validationRecordOf(
  { domainValidationOptions }: aws.acm.Certificate,
  zoneId: $util.Output<string>,
): aws.route53.Record {
  const proof = domainValidationOptions.apply(([option]) => {
    if (!option) throw new Error('the certificate has no validation options')
    return option
  })
  return new aws.route53.Record('CertificateProof', {
    zoneId,
    name: proof.resourceRecordName,
    type: proof.resourceRecordType,
    records: [proof.resourceRecordValue],
    ttl: 300,
    // A certificate created by hand may have left the record behind.
    allowOverwrite: true,
  })
}

/** Routes visitors to the nearest healthy region; with a single region, to that one. */
export function createDomainRecord(
  balancer: Pick<aws.lb.LoadBalancer, 'dnsName' | 'zoneId'>,
  { name, zoneId }: Domain,
): void {
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
