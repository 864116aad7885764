import type { Site, SiteFacts } from '@/lib/shared/contract/site'
import type { Services } from '../http/services'
import type { Gallery } from './gallery'

/** What the pages need to know, from this process's own server. */
export function localSite(
  services: Pick<Services, 'engine' | 'environment' | 'feedback' | 'jobs'>,
  gallery: Gallery,
): Site {
  const { engine, environment, feedback, jobs } = services
  async function facts(): Promise<SiteFacts> {
    return {
      models: await Promise.all(
        engine.details().map(async (model) => ({
          ...model,
          votes: (await feedback?.summary(model.id, model.revision)) ?? null,
        })),
      ),
      limits: {
        imageBytes: environment.MAX_IMAGE_BYTES,
        pixels: environment.MAX_PIXELS,
        urlInput: environment.URL_INPUT === 'true',
        explain: environment.MAX_EXPLANATIONS > 0,
      },
      feedback: feedback && { photos: feedback.mode === 'photos', days: environment.FEEDBACK_RETENTION_DAYS },
      batches: jobs && { files: environment.MAX_FILES, retentionHours: environment.JOB_RETENTION_HOURS },
    }
  }
  return { facts, gallery: () => gallery.pictures() }
}
