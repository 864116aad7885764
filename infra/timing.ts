/**
 * Timing of a stopping task, in seconds. The values depend on each other: the app keeps serving until the load balancer
 * has stopped sending requests, then finishes running work before ECS kills it.
 */

/** Interval of the load balancer's readiness checks. */
export const HEALTH_INTERVAL = 10
/** Consecutive failures after which the load balancer sends no more requests. */
export const UNHEALTHY_AFTER = 2
/** How long the app serves after SIGTERM while reporting unready: longer than the load balancer needs to notice. */
export const SHUTDOWN_DELAY = HEALTH_INTERVAL * UNHEALTHY_AFTER + 5
/** Time to finish running work afterwards: a photo's deadline is 30 s, and an upload can take longer. */
export const SHUTDOWN_TIMEOUT = 80
/** ECS kills what is left after this time, which is the maximum on Fargate. */
export const STOP_TIMEOUT = 120
/** How long the load balancer lets requests finish before it deregisters a task. */
export const DEREGISTRATION_DELAY = SHUTDOWN_DELAY + 35
/** The load balancer must close idle connections before the app does (75 s), or it would send into a closed one. */
export const BALANCER_IDLE = 60
/** Time until the health of a starting task counts: models are fetched, loaded and tested. */
export const GRACE = 90
