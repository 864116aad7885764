/**
 * CloudWatch metrics, by the names that the alarms and dashboard in infra/ use. Each service exports the first three
 * groups every minute.
 */
export const COUNTS = ['Requests', 'ClientErrors', 'ServerErrors', 'Refusals', 'Photos'] as const
/** Durations of requests and of a photo's stages, in milliseconds. */
export const TIMES = ['RequestTime', 'QueueTime', 'DecodeTime', 'RunTime'] as const
/** The longest time per minute that the event loop was blocked, in milliseconds. */
export const BLOCKED = ['LoopHold'] as const
/** Current values. */
export const GAUGES = ['QueuePhotos', 'WorkersReady', 'WorkersMissing', 'WorkerRestarts', 'Memory'] as const
/** The backlog of all instances' jobs; web tasks export it. */
export const BACKLOG = ['BacklogPhotos', 'BacklogWait'] as const
