import type { Site, SiteFacts, TrainingOffer } from '@/lib/shared/contract/site'
import { chosenDialects } from '../config/dialects'
import type { Environment } from '../config/environment'
import type { Services } from '../http/services'
import type { Gallery } from './gallery'

/** What the pages need to know, from this process's own server. */
export function localSite(
  services: Pick<Services, 'engine' | 'environment' | 'feedback' | 'jobs' | 'training'>,
  gallery: Gallery,
): Site {
  const { engine, environment, feedback, jobs, training } = services
  const runs = environment.INFERENCE !== 'browser'
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
        urlInput: runs && environment.URL_INPUT === 'true',
        explain: runs && environment.MAX_EXPLANATIONS > 0,
        server: runs,
        device: environment.INFERENCE !== 'server',
      },
      feedback: feedback && { photos: feedback.mode === 'photos', days: environment.FEEDBACK_RETENTION_DAYS },
      training: training && trainingOffer(environment),
      keys: environment.API_KEYS,
      dialects: chosenDialects(environment),
      batches: batchOffer(environment, jobs !== null),
    }
  }
  return { facts, gallery: () => gallery.pictures() }
}

function batchOffer(
  { ENABLE_BATCH_PROCESSING, INFERENCE, JOB_RETENTION_HOURS, MAX_FILES }: Environment,
  hasJobs: boolean,
): SiteFacts['batches'] {
  if (hasJobs) return { files: MAX_FILES, retentionHours: JOB_RETENTION_HOURS }
  const inBrowsers = INFERENCE === 'browser' && ENABLE_BATCH_PROCESSING === 'true'
  return inBrowsers ? { files: MAX_FILES, retentionHours: 0 } : null
}

function trainingOffer({
  TRAINING,
  ADMIN_TOKEN,
  FEEDBACK,
  TRAINING_RETENTION_HOURS,
}: Environment): TrainingOffer | null {
  if (TRAINING === 'off') return null
  const visitors = TRAINING === 'visitors'
  return {
    mode: TRAINING,
    token: !visitors && ADMIN_TOKEN !== undefined,
    corrections: !visitors && ADMIN_TOKEN !== undefined && FEEDBACK === 'photos',
    hours: visitors ? TRAINING_RETENTION_HOURS : null,
  }
}
