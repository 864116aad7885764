/**
 * Erlang C: the probability that an arrival waits in a system of `servers` with Poisson arrivals and exponential
 * service times.
 *
 * @param load offered load, in servers: arrivals per second times service time in seconds; below `servers`
 */
export function waitProbability(servers: number, load: number): number {
  // Erlang B by its recursion, which doesn't overflow; then C from B.
  let blocked = 1
  for (let n = 1; n <= servers; n++) blocked = (load * blocked) / (n + load * blocked)
  return (servers * blocked) / (servers - load * (1 - blocked))
}

interface Queue {
  servers: number
  /** Arrivals per second. */
  rate: number
  /** Mean service time in seconds. */
  service: number
}

/**
 * A quantile of the response time in M/M/c, in seconds: waiting plus service. Infinite if the load reaches the number
 * of servers. Actual service times vary less than exponential ones, so actual tails are shorter.
 *
 * @param share 0.99 for the p99
 */
export function responseQuantile(queue: Queue, share: number): number {
  const { servers, rate, service } = queue
  if (rate * service >= servers) return Number.POSITIVE_INFINITY
  let [low, high] = [0, service]
  while (tailProbability(queue, high) > 1 - share) high *= 2
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (tailProbability(queue, middle) > 1 - share) low = middle
    else high = middle
  }
  return high
}

/** The probability that a response takes longer than `seconds`. */
function tailProbability({ servers, rate, service }: Queue, seconds: number): number {
  const mu = 1 / service
  const waits = waitProbability(servers, rate * service)
  // The decay rate of the waiting time.
  const theta = servers * mu - rate
  if (Math.abs(theta - mu) < 1e-9 * mu) return (1 + waits * mu * seconds) * Math.exp(-mu * seconds)
  const served = Math.exp(-mu * seconds)
  return served + ((waits * mu) / (mu - theta)) * (Math.exp(-theta * seconds) - served)
}

/**
 * The highest arrival rate per second at which a quantile stays within a limit; 0 if even a single arrival exceeds it.
 */
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
