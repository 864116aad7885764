/**
 * How long things take when a task goes, which must fit together: the app serves on until no balancer sends to it any more, then finishes what runs,
 * before ECS ends it. Seconds.
 */

/** The balancer asks whether a task is ready. */
export const HEALTH_INTERVAL = 10
/** Failures in a row after which it sends nothing more. */
export const UNHEALTHY_AFTER = 2
/** The app serves on after SIGTERM, unready: longer than the balancer takes to notice. */
export const SHUTDOWN_DELAY = HEALTH_INTERVAL * UNHEALTHY_AFTER + 5
/** Then it finishes what runs: a photo's deadline is 30 s, an upload may take longer. */
export const SHUTDOWN_TIMEOUT = 80
/** ECS ends what is still there; Fargate waits no longer than this. */
export const STOP_TIMEOUT = 120
/** The balancer lets what runs finish before it forgets a task. */
export const DEREGISTRATION_DELAY = SHUTDOWN_DELAY + 35
/** The balancer closes an idle connection before the app does (75 s), or it would send into a closed one. */
export const BALANCER_IDLE = 60
/** A task that starts has this long until its health counts: models are fetched, loaded and tried. */
export const GRACE = 90
