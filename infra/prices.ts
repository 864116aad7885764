/** A price with its source and date. If `source` is null, the price is unverified. */
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
 * Prices for us-east-1, which are the same in us-west-2; other regions cost more. Read on third-party pages, because
 * AWS's own price pages are rendered in the browser.
 */
export const PRICES = {
  core: read(0.04048, 'Fargate vCPU-hour, Linux/x86', 'https://fortem.dev/fargate-spot/', 'June 2026'),
  memory: read(
    0.004445,
    'Fargate GB-hour, Linux/x86',
    'https://www.wring.co/blog/aws-fargate-pricing-guide',
    '10 March 2026',
  ),
  /** Spot is 50 to 70% cheaper, at AWS's discretion. This is the smallest discount. */
  spot: read(0.5, 'maximum share of the Fargate price on Spot', 'https://fortem.dev/fargate-spot/', 'June 2026'),
  balancer: read(
    0.0225,
    'load balancer hour',
    'https://awsnegotiations.com/elastic-load-balancer-cost.html',
    'undated',
  ),
  balancerUse: read(
    0.008,
    'load balancer capacity unit hour',
    'https://awsnegotiations.com/elastic-load-balancer-cost.html',
    'undated',
  ),
  address: read(
    0.005,
    'public IPv4 address hour',
    'https://cloudburn.io/blog/aws-nat-gateway-pricing',
    '24 February 2026',
  ),
  natGateway: read(0.045, 'NAT gateway hour', 'https://cloudburn.io/blog/aws-nat-gateway-pricing', '24 February 2026'),
  natInstance: read(0.0042, 't4g.nano hour', 'https://projecthelena.com/blog/aws-bill-breakdown-2026/', '2026'),
  endpoint: read(0.01, 'interface endpoint hour per zone', 'https://c3x.dev/resources/aws/aws_vpc_endpoint', 'undated'),
  alarm: read(0.1, 'alarm per month', 'https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm', 'undated'),
  metric: read(0.3, 'custom metric per month', 'https://signoz.io/guides/cloudwatch-pricing', '15 February 2026'),
  dashboard: read(
    3,
    'dashboard per month',
    'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
    '13 June 2026',
  ),
  logs: read(
    0.5,
    'GB of logs ingested',
    'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
    '13 June 2026',
  ),
  storage: read(0.023, 'GB-month in S3', 'https://cloudburn.io/blog/amazon-s3-pricing', '13 March 2026'),
  transfer: unverified(0.09, 'GB leaving AWS, after the first 100'),
  natData: read(
    0.045,
    'GB through a NAT gateway',
    'https://cloudburn.io/blog/aws-nat-gateway-pricing',
    '24 February 2026',
  ),
  endpointData: unverified(0.01, 'GB through an interface endpoint'),
  zoneData: unverified(0.01, 'GB between zones, each way'),
  requests: unverified(0.005, 'thousand write requests to S3; reads cost a twelfth'),
  backup: unverified(0.085, 'GB-month of cache backup'),
  registry: unverified(0.1, 'GB-month of images'),
  zone: unverified(0.5, 'hosted zone per month'),
  secret: unverified(0.4, 'Secrets Manager secret per month'),
  disk: unverified(0.08, 'GB-month of disk'),
  't4g.micro': unverified(0.0128, 'cache.t4g.micro hour for Valkey'),
  't4g.small': unverified(0.0256, 'cache.t4g.small hour for Valkey'),
  'm7g.large': unverified(0.1264, 'cache.m7g.large hour for Valkey'),
} as const satisfies Record<string, Price>

export type PriceName = keyof typeof PRICES
