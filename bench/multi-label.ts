// npm run bench -- multi-label: how well models of several labels a photo do on collages of species that they never saw,
// by the number of photos. Options: --export <folder> writes the features for bench/multi_label.py, which prints what
// scikit-learn's logistic regression reaches on them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeFeatures } from '@/lib/shared/training/features'
import { headScorer } from '@/lib/shared/training/head'
import { accuracyWith } from '@/lib/shared/training/learning-curve'
import { collages, type EmbeddedCollage, testOn, trainOn } from './train-collages'
import { tasks } from './train-tasks'

const { values } = parseArgs({ args: process.argv.slice(3), options: { export: { type: 'string' } } })
const SIZES = [60, 75, 120, 150, 300]

function exportFeatures(folder: string, name: string, photos: readonly EmbeddedCollage[]): void {
  const [first] = photos
  const width = (first?.embedding.length ?? 0) + (first?.kinds?.length ?? 0)
  const features = new Float32Array(photos.length * width)
  for (const [at, photo] of photos.entries()) {
    writeFeatures(photo, true, features.subarray(at * width, (at + 1) * width))
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.f32`), features)
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(photos.map(({ labels }) => labels)))
}

const found = await collages()
if (found) {
  const { trained, tested } = found
  if (values.export !== undefined) {
    exportFeatures(values.export, 'trained', trained)
    exportFeatures(values.export, 'tested', tested)
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const signs = (await tasks()).find(({ name }) => name === 'signs')?.photos ?? []
  for (const size of SIZES) {
    const start = process.cpuUsage()
    const training = await trainOn(trained.slice(0, size))
    const { user } = process.cpuUsage(start)
    const { chosen, half, ece, unlike } = testOn(training, tested)
    const { report, head, curve } = training
    console.log(
      `${size} collages: mAP ${percent(chosen.map)}, cross-validation ${percent(report?.map ?? 0)}; calibration error ${percent(ece)}; CPU ${(user / 1e6).toFixed(2)} s`,
    )
    console.log(
      `${size} collages: F1 micro ${percent(chosen.micro_f1)} (${percent(half.micro_f1)} at 0.5), macro ${percent(chosen.macro_f1)} (${percent(half.macro_f1)} at 0.5)`,
    )
    if (curve) {
      const perLabel = trained.slice(0, size).flatMap(({ labels }) => labels).length / head.labels.length
      const gain = accuracyWith(curve, 2 * perLabel) - accuracyWith(curve, perLabel)
      console.log(`${size} collages: the learning curve expects ${percent(gain)} more mAP from twice as many`)
    }
    const score = headScorer(head)
    const flagged = signs.filter((photo) => (score(photo).likeness ?? 0) < (head.likeness?.rule.below ?? 0)).length
    console.log(
      `${size} collages: ${percent(flagged / Math.max(1, signs.length))} of hand signs are unlike the examples, and ${percent(unlike)} of collages`,
    )
  }
}
