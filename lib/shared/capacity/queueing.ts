/**
 * Erlang's C: the chance that an arrival waits in a system of `servers` with Poisson arrivals and exponential service times.
 *
 * @param load offered, in servers: arrivals a second times seconds of service; below `servers`
 */
export function waitingChance(servers: number, load: number): number {
  // Erlang's B by its recursion, which does not overflow; then C from B.
  let blocked = 1
  for (let n = 1; n <= servers; n++) blocked = (load * blocked) / (n + load * blocked)
  return (servers * blocked) / (servers - load * (1 - blocked))
}

interface Queue {
  servers: number
  /** Arrivals a second. */
  rate: number
  /** Mean seconds of service. */
  service: number
}

/**
 * A quantile of the time from arrival to answer in M/M/c, in seconds: waiting and service together. Infinite where the load is as much as the
 * servers or more. Service times here vary less than exponential ones, so that real tails are shorter.
 *
 * @param share 0.99 for the p99
 */
export function responseQuantile(queue: Queue, share: number): number {
  const { servers, rate, service } = queue
  if (rate * service >= servers) return Number.POSITIVE_INFINITY
  let [low, high] = [0, service]
  while (slower(queue, high) > 1 - share) high *= 2
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (slower(queue, middle) > 1 - share) low = middle
    else high = middle
  }
  return high
}

/** The chance that an answer takes longer than so many seconds. */
function slower({ servers, rate, service }: Queue, seconds: number): number {
  const mu = 1 / service
  const waits = waitingChance(servers, rate * service)
  // How fast the waiting time falls off.
  const theta = servers * mu - rate
  if (Math.abs(theta - mu) < 1e-9 * mu) return (1 + waits * mu * seconds) * Math.exp(-mu * seconds)
  const served = Math.exp(-mu * seconds)
  return served + ((waits * mu) / (mu - theta)) * (Math.exp(-theta * seconds) - served)
}

/** The highest rate at which a quantile stays within a limit, in arrivals a second; 0 where not even one arrival does. */
export function highestRate({ servers, service }: Omit<Queue, 'rate'>, share: number, limit: number): number {
  let [low, high] = [0, servers / service]
  if (responseQuantile({ servers, service, rate: 1e-9 }, share) > limit) return 0
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (responseQuantile({ servers, service, rate: middle }, share) <= limit) low = middle
    else high = middle
  }
  return low
}
