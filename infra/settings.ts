import type { Stage } from './stages'

/** What a deployment takes from its stage's table and the environment of whoever deploys: names, not sizes, and no secret. */
export interface Settings {
  region: string
  /** First part of what is named in AWS. */
  project: string
  /** Where the site is, `vision.example.com`; null for the load balancer's own name over plain HTTP. */
  domain: string | null
  /** The Route 53 zone of that domain. */
  zone: string | null
  /** Who is told of alarms. */
  alarmEmail: string | null
  /** An image that was built before, by its digest; null builds the Dockerfile. */
  image: string | null
  /** Which tree is deployed, for the image that is built; it stands behind the version at /health/status. */
  revision: string | null
}

/** @throws Error with one line where a value is no such thing */
export function readSettings(
  stage: Pick<Stage, 'region' | 'domain'>,
  environment: Record<string, string | undefined> = process.env,
): Settings {
  const value = (name: string) => environment[name] || null
  const project = value('PROJECT_NAME') ?? 'vision-classifier'
  if (!/^[a-z][a-z0-9-]{1,30}$/.test(project)) {
    throw new Error(`PROJECT_NAME=${project} is not allowed: small letters, digits and dashes, at most 31`)
  }
  const domain = value('DOMAIN') ?? stage.domain
  const image = value('IMAGE')
  if (image !== null && !image.includes('@sha256:')) {
    throw new Error(`IMAGE=${image} names no digest: a tag may mean another image tomorrow`)
  }
  return {
    region: value('AWS_REGION') ?? stage.region,
    project,
    domain,
    zone: value('DNS_ZONE') ?? (domain === null ? null : domain.split('.').slice(1).join('.')),
    alarmEmail: value('ALARM_EMAIL'),
    image,
    revision: value('REVISION'),
  }
}
