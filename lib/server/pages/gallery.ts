import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import { z } from 'zod'
import type { GalleryAnswer, GalleryPicture } from '@/lib/shared/gallery/gallery'
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
 * The pictures of the gallery with what the installed default model says of each: computed when somebody first looks, kept for as
 * long as that model is the default.
 */
export class Gallery {
  private kept: { model: string; pictures: Promise<GalleryPicture[]> } | undefined

  /** @param folder the pictures and their CREDITS.csv */
  constructor(
    private readonly folder: string,
    private readonly engine: Engine,
  ) {}

  pictures(): Promise<GalleryPicture[]> {
    const model = this.engine.models().find((one) => one.default)
    const key = `${model?.id} ${model?.revision} ${model?.status}`
    if (this.kept?.model === key) return this.kept.pictures
    const pictures = this.read()
    this.kept = { model: key, pictures }
    // A server that was too busy for all of them is asked again by the next visitor.
    void pictures.then(
      (list) => list.some(({ answer }) => answer === null) && this.forget(key),
      () => this.forget(key),
    )
    return pictures
  }

  private forget(key: string): void {
    if (this.kept?.model === key) this.kept = undefined
  }

  private async read(): Promise<GalleryPicture[]> {
    const text = await readFile(join(this.folder, 'CREDITS.csv'), 'utf8')
    const { data } = Papa.parse(text, { header: true, skipEmptyLines: true })
    return Promise.all(
      creditsSchema.parse(data).map(async ({ imagenet_label: shows, ...credit }) => ({
        ...credit,
        shows: shows || null,
        thumbnail: `thumbs/${credit.file.replace(/\.\w+$/, '')}.webp`,
        answer: await this.answer(credit.file),
      })),
    )
  }

  /** Null where it cannot be had now: the picture is shown all the same. */
  private async answer(file: string): Promise<GalleryAnswer | null> {
    try {
      const photo = await readFile(join(this.folder, file))
      const { predictions, uncertain } = await this.engine.classify(photo, { topK: 1, priority: 'batch' })
      const [best] = predictions
      return best ? { label: best.label, score: best.score, uncertain } : null
    } catch {
      return null
    }
  }
}
