/** The ARN of a resource in this account and region. */
export function arnOf(service: string, resource: $util.Input<string>): $util.Output<string> {
  const { region } = aws.getRegionOutput()
  const { accountId } = aws.getCallerIdentityOutput()
  const { partition } = aws.getPartitionOutput()
  return $interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`
}
