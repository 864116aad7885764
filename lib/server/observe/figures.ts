/** What CloudWatch is told, by the names that alarms and the dashboard of infra/ ask for. A service tells the first three groups every minute. */
export const COUNTS = ['Requests', 'ClientErrors', 'ServerErrors', 'Refusals', 'Photos'] as const
/** Milliseconds: of requests, and of a photo's stages. */
export const TIMES = ['RequestTime', 'QueueTime', 'DecodeTime', 'RunTime'] as const
/** The longest of a minute, in milliseconds: for how long the event loop was held. */
export const HELD = ['LoopHold'] as const
/** Of this moment. */
export const GAUGES = ['QueuePhotos', 'WorkersReady', 'WorkersMissing', 'WorkerRestarts', 'Memory'] as const
/** Of the jobs of all instances; web tasks tell them. */
export const BACKLOG = ['BacklogPhotos', 'BacklogWait'] as const
