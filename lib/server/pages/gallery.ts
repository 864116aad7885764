import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import * as z from 'zod'
import type { GalleryAnswer, GalleryPicture } from '@/lib/shared/gallery/gallery'
import type { LabelWords } from '@/lib/shared/search/label-search'
import type { Engine } from '../engine/types'

const creditsSchema = z.array(
  z.object({
    file: z.string().min(1),
    group: z.string().min(1),
    imagenet_label: z.string(),
    author: z.string().min(1),
    license: z.string().min(1),
    source: z.string().min(1),
  }),
)

/**
 * The gallery photos with the default model's predictions, computed on first use and cached for as long as that model
 * is the default.
 */
export class Gallery {
  private cache: { model: string; pictures: Promise<GalleryPicture[]> } | undefined

  /**
   * @param folder contains the photos and their CREDITS.csv
   * @param runs whether the engine runs models; if not, no photo has a prediction
   */
  constructor(
    private readonly folder: string,
    private readonly engine: Engine,
    private readonly runs = true,
  ) {}

  pictures(): Promise<GalleryPicture[]> {
    const model = this.engine.models().find((one) => one.default)
    const key = `${model?.id} ${model?.revision} ${model?.status}`
    if (this.cache?.model === key) return this.cache.pictures
    const pictures = this.read()
    this.cache = { model: key, pictures }
    // If the server was too busy for some of them, the next visitor triggers another try.
    void pictures.then(
      (list) => this.runs && list.some(({ answer }) => answer === null) && this.forget(key),
      () => this.forget(key),
    )
    return pictures
  }

  private forget(key: string): void {
    if (this.cache?.model === key) this.cache = undefined
  }

  private async read(): Promise<GalleryPicture[]> {
    const text = await readFile(join(this.folder, 'CREDITS.csv'), 'utf8')
    const { data } = Papa.parse(text, { header: true, skipEmptyLines: true })
    const wordsOf = await this.labelWords()
    return Promise.all(
      creditsSchema.parse(data).map(async ({ imagenet_label: shows, ...credit }) => {
        const answer = await this.answer(credit.file)
        return {
          ...credit,
          shows: shows || null,
          thumbnail: `thumbs/${credit.file.replace(/\.\w+$/, '')}.webp`,
          answer,
          labels: [...new Set([shows, answer?.label ?? ''])].flatMap((label) => wordsOf.get(label) ?? []),
        }
      }),
    )
  }

  /** The names and kinds of the default model's labels, by label. */
  private async labelWords(): Promise<Map<string, LabelWords>> {
    const model = this.engine.models().find((one) => one.default)
    const labels = model ? await this.engine.labels(model.id) : []
    return new Map(labels.map(({ label, others, kinds = [] }) => [label, { label, others, kinds }]))
  }

  /** Null if it isn't available now: the photo is shown without it. */
  private async answer(file: string): Promise<GalleryAnswer | null> {
    if (!this.runs) return null
    try {
      const photo = await readFile(join(this.folder, file))
      const { predictions, uncertain, model } = await this.engine.classify(photo, { topK: 1, priority: 'batch' })
      const [best] = predictions
      if (!best) return null
      const { label, score, synonyms = [] } = best
      return { label, synonyms, score, uncertain, calibrated: model.calibrated }
    } catch {
      return null
    }
  }
}
