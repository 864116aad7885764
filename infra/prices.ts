/** A price, with where and of when it was read. What was read nowhere says so: `source` is null. */
export interface Price {
  /** Dollars. */
  dollars: number
  per: string
  source: { url: string; date: string } | null
}

const read = (dollars: number, per: string, url: string, date: string): Price => ({
  dollars,
  per,
  source: { url, date },
})
const unverified = (dollars: number, per: string): Price => ({ dollars, per, source: null })

/**
 * Prices of us-east-1, which are those of us-west-2 too; other regions are dearer. Read on pages about AWS's prices, not on AWS's own, which build themselves
 * in the browser.
 */
export const PRICES = {
  core: read(0.04048, 'vCPU and hour of Fargate, Linux/x86', 'https://fortem.dev/fargate-spot/', 'June 2026'),
  memory: read(
    0.004445,
    'GB and hour of Fargate, Linux/x86',
    'https://www.wring.co/blog/aws-fargate-pricing-guide',
    '10 March 2026',
  ),
  /** Spot is 50 to 70 % cheaper, as AWS sees fit; the least of that. */
  spot: read(0.5, 'share of the price on Fargate Spot, at most', 'https://fortem.dev/fargate-spot/', 'June 2026'),
  balancer: read(
    0.0225,
    'hour of a load balancer',
    'https://awsnegotiations.com/elastic-load-balancer-cost.html',
    'undated',
  ),
  balancerUse: read(
    0.008,
    'hour of a load balancer’s capacity unit',
    'https://awsnegotiations.com/elastic-load-balancer-cost.html',
    'undated',
  ),
  address: read(
    0.005,
    'hour of a public IPv4 address',
    'https://cloudburn.io/blog/aws-nat-gateway-pricing',
    '24 February 2026',
  ),
  natGateway: read(
    0.045,
    'hour of a NAT gateway',
    'https://cloudburn.io/blog/aws-nat-gateway-pricing',
    '24 February 2026',
  ),
  natInstance: read(0.0042, 'hour of a t4g.nano', 'https://projecthelena.com/blog/aws-bill-breakdown-2026/', '2026'),
  endpoint: read(
    0.01,
    'hour and zone of an interface endpoint',
    'https://c3x.dev/resources/aws/aws_vpc_endpoint',
    'undated',
  ),
  alarm: read(0.1, 'month of an alarm', 'https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm', 'undated'),
  metric: read(
    0.3,
    'month of a figure of one’s own',
    'https://signoz.io/guides/cloudwatch-pricing',
    '15 February 2026',
  ),
  dashboard: read(
    3,
    'month of a dashboard',
    'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
    '13 June 2026',
  ),
  logs: read(
    0.5,
    'GB of logs taken in',
    'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
    '13 June 2026',
  ),
  storage: read(0.023, 'GB and month in S3', 'https://cloudburn.io/blog/amazon-s3-pricing', '13 March 2026'),
  transfer: unverified(0.09, 'GB that leaves AWS, after the first 100'),
  natData: read(
    0.045,
    'GB through a NAT gateway',
    'https://cloudburn.io/blog/aws-nat-gateway-pricing',
    '24 February 2026',
  ),
  endpointData: unverified(0.01, 'GB through an interface endpoint'),
  zoneData: unverified(0.01, 'GB between zones, each way'),
  requests: unverified(0.005, 'thousand requests that write to S3; reads cost a twelfth'),
  backup: unverified(0.085, 'GB and month of a backup of the cache'),
  registry: unverified(0.1, 'GB and month of images'),
  zone: unverified(0.5, 'month of a hosted zone'),
  secret: unverified(0.4, 'month of a secret of Secrets Manager'),
  disk: unverified(0.08, 'GB and month of a disk'),
  't4g.micro': unverified(0.0128, 'hour of a cache.t4g.micro for Valkey'),
  't4g.small': unverified(0.0256, 'hour of a cache.t4g.small for Valkey'),
  'm7g.large': unverified(0.1264, 'hour of a cache.m7g.large for Valkey'),
} as const satisfies Record<string, Price>

export type PriceName = keyof typeof PRICES
