import type { Site } from '@/lib/shared/contract/site'
import type { App, Services } from '../http/services'

/** Everything that lives as long as the process: a whole server, or pages in front of another. */
export interface Runtime extends Pick<Services, 'environment' | 'lifecycle' | 'log' | 'metrics' | 'signIn'> {
  app: App
  /** What gRPC calls need; null if it is off. */
  grpc: Services | null
  /** What the pages need to know. */
  site: Site
  /** Resolves once it is known whether photos can be classified. */
  settled(): Promise<{ ready: boolean; workers: number }>
  /** Releases what other processes may need: the jobs folder and open event streams. */
  release(): Promise<void>
  /** Finishes work in progress, then stops the workers. */
  close(): Promise<void>
}
