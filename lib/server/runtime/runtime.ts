import type { Site } from '@/lib/shared/contract/site'
import type { App, Services } from '../http/services'

/** Everything that lives as long as the process: a whole server, or pages in front of another. */
export interface Runtime extends Pick<Services, 'environment' | 'lifecycle' | 'log' | 'metrics' | 'signIn'> {
  app: App
  /** What the pages must know. */
  site: Site
  /** Resolves once it is known whether photos can be answered. */
  settled(): Promise<{ ready: boolean; workers: number }>
  /** Lets go of what others may want: the folder of the jobs, and who listens to them. */
  leave(): Promise<void>
  /** Finishes what runs, then ends the workers. */
  close(): Promise<void>
}
