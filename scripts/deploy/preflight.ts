import { randomBytes } from 'node:crypto'
import { namesOf } from '../../infra/names'
import type { Release, Settings } from '../../infra/settings'
import { type Stage, settingsStageOf } from '../../infra/stages'
import { ask, firstLine, Refusal } from './commands'
import { readSettings } from './parameter-store'
import { checkQuotas } from './quotas'

/**
 * Checks everything before anything is changed. Each failure is one line that says what to do.
 *
 * @returns the settings of the stage
 */
export async function preflight(stage: Stage, release: Release): Promise<Settings> {
  const account = await requireCredentials()
  await requireRegion(stage)
  const settings = await readSettings(stage)
  if (release.image === null) await requireDocker()
  else await requireImage(release.image, stage)
  if (settings.domain !== null) await requireDomain(settings.domain, settings.zone ?? '', stage)
  for (const line of await checkQuotas(stage, settings)) console.log(line)
  for (const line of await requireSecrets(stage, settings)) console.log(line)
  console.log(`Deploying ${stage.name} to account ${account}, region ${stage.region}.`)
  return settings
}

async function requireCredentials(): Promise<string> {
  const { ok, out, missing } = await ask('aws', [
    'sts',
    'get-caller-identity',
    '--query',
    'Account',
    '--output',
    'text',
  ])
  if (missing) throw new Refusal('The AWS CLI is not installed. See https://aws.amazon.com/cli/.')
  if (!ok)
    throw new Refusal(`AWS credentials don't work: ${firstLine(out)}. Log in (aws sso login) or set AWS_PROFILE.`)
  return firstLine(out)
}

async function requireRegion({ name, region, zones }: Stage): Promise<void> {
  const query = ['--query', 'length(AvailabilityZones)', '--output', 'text']
  const { ok, out } = await ask('aws', ['ec2', 'describe-availability-zones', '--region', region, ...query])
  if (!ok) throw new Refusal(`Can't use ${region}, the region of ${name}: ${firstLine(out)}.`)
  if (Number(out) < zones)
    throw new Refusal(`${region} has ${out} zones for this account, but this stage needs ${zones}.`)
}

async function requireDocker(): Promise<void> {
  const { ok } = await ask('docker', ['version', '--format', '{{.Server.Version}}'])
  if (!ok)
    throw new Refusal(
      'Docker is not running, but is needed to build the image. Start it, or set IMAGE to an existing image by digest.',
    )
  const buildx = await ask('docker', ['buildx', 'version'])
  if (!buildx.ok) throw new Refusal('Docker has no buildx, which builds the image. Install the docker-buildx plugin.')
}

/**
 * Each region pulls from its own registry: this is faster, costs no transfer, and avoids depending on another region.
 */
async function requireImage(image: string, { name: stage, region }: Stage): Promise<void> {
  const [, account, place, name, digest] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^@:]+)[^@]*@(sha256:[0-9a-f]{64})$/.exec(image) ?? []
  if (name === undefined)
    throw new Refusal(
      `IMAGE=${image} is not an ECR image by digest. Use <account>.dkr.ecr.<region>.amazonaws.com/<name>@sha256:….`,
    )
  if (place !== region) {
    const there = `${account}.dkr.ecr.${region}.amazonaws.com/${name}`
    const copy = `docker buildx imagetools create --prefer-index=false --tag ${there}:${digest?.slice(7, 19)} ${image}`
    throw new Refusal(
      `IMAGE is in ${place}, but ${stage} is in ${region}. Copy it (${copy}) and set IMAGE=${there}@${digest}.`,
    )
  }
  const ids = ['--image-ids', `imageDigest=${digest}`]
  const which = ['--region', region, '--registry-id', account ?? '', '--repository-name', name]
  const { ok, out } = await ask('aws', ['ecr', 'describe-images', ...which, ...ids])
  if (!ok) throw new Refusal(`IMAGE=${image} doesn't exist: ${firstLine(out)}.`)
}

async function requireDomain(domain: string, zone: string, stage: Stage): Promise<void> {
  if (domain !== zone && !domain.endsWith(`.${zone}`)) {
    throw new Refusal(`DOMAIN=${domain} is not in DNS_ZONE=${zone}.`)
  }
  const query = ['--query', `HostedZones[?Name=='${zone}.'].Id`, '--output', 'text']
  const { ok, out } = await ask('aws', ['route53', 'list-hosted-zones-by-name', '--dns-name', zone, ...query])
  if (!ok || out === '')
    throw new Refusal(`Route 53 has no zone ${zone} in this account. Set DNS_ZONE to the zone that contains DOMAIN.`)
  const home = settingsStageOf(stage)
  if (home.name !== stage.name) await requireProof(domain, home)
}

/** The first region owns the record that validates the certificates of every region. */
async function requireProof(domain: string, { name, region }: Pick<Stage, 'name' | 'region'>): Promise<void> {
  const which = ['--region', region, '--certificate-statuses', 'ISSUED']
  const query = ['--query', `CertificateSummaryList[?DomainName=='${domain}'].CertificateArn`, '--output', 'text']
  const { ok, out } = await ask('aws', ['acm', 'list-certificates', ...which, ...query])
  if (!ok) throw new Refusal(`Can't read the certificates of ${region}: ${firstLine(out)}.`)
  if (out === '')
    throw new Refusal(
      `${name} has no certificate for ${domain} yet, which validates it for all regions. Deploy ${name} first.`,
    )
}

/** Creates the operator's token if it is missing. Other missing secrets must be provided by the operator. */
async function requireSecrets(stage: Stage, settings: Settings): Promise<string[]> {
  const { region } = stage
  const { parameter } = namesOf(settings, stage)
  const names = stage.secrets.map(parameter)
  const query = ['--query', 'InvalidParameters', '--output', 'json']
  const { ok, out } = await ask('aws', ['ssm', 'get-parameters', '--region', region, '--names', ...names, ...query])
  if (!ok) throw new Refusal(`Can't read the SSM Parameter Store: ${firstLine(out)}.`)
  const missing = JSON.parse(out) as string[]
  for (const name of missing) {
    const put = ['ssm', 'put-parameter', '--region', region, '--type', 'SecureString', '--name', name]
    if (!name.endsWith('/ADMIN_TOKEN')) {
      throw new Refusal(`The parameter ${name} is missing. Create it: aws ${put.join(' ')} --value …`)
    }
    const created = await ask('aws', [...put, '--value', randomBytes(32).toString('base64url')])
    if (!created.ok) throw new Refusal(`Can't create the parameter ${name}: ${firstLine(created.out)}.`)
  }
  return missing.map((name) => `Created ${name}. To read it: aws ssm get-parameter --with-decryption --name ${name}`)
}
