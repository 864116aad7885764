import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Model } from '@/lib/server/engine/model'
import { bytes } from '@/lib/shared/i18n/format'
import { hasTop5 } from '@/lib/shared/metrics/evaluation'
import { reliabilityDiagram } from '../eval/charts'
import type { Report } from '../eval/report'
import { EXIT, Failure } from '../program/exit'
import { findModel } from './list'
import type { ModelsContext } from './models-context'

const WORST_CLASSES = 20
/** Detects statements that only apply to the bundled models. */
const IMAGENET = /imagenet/i

/** The report as stored in the model folder. */
export type Evaluation = Omit<Report, 'skipped' | 'unmatched'>

/** Writes a model's README.md and its calibration chart from its folder and its evaluation. */
export async function exportCard(context: ModelsContext, name: string, { report }: { report?: string }): Promise<void> {
  const model = await findModel(context, name)
  if (model.head !== null)
    throw new Failure(EXIT.invalid, `${model.id} is a custom model. Its folder has a README.md since it was trained.`)
  const path = report ?? join(model.folder, 'evaluation.json')
  const evaluation = JSON.parse(
    await readFile(path, 'utf8').catch(() => {
      throw new Failure(
        EXIT.notFound,
        `There is no file named ${path}. Run ${context.commandName} eval, and pass its report.json with --report.`,
      )
    }),
  ) as Report
  if (evaluation.model?.revision !== model.revision) {
    throw new Failure(EXIT.invalid, `${path} belongs to another model revision: ${evaluation.model?.revision}.`)
  }
  if (report !== undefined) await saveReport(model.folder, evaluation)
  await writeFile(
    join(model.folder, 'reliability.svg'),
    reliabilityDiagram(evaluation.reliability, `${model.title}: confidence and accuracy`),
  )
  await writeFile(join(model.folder, 'README.md'), card(model, evaluation))
  console.log(join(model.folder, 'README.md'))
}

/** Saves the report in the model folder, without the names of photos, which do not help a reader. */
async function saveReport(
  folder: string,
  { skipped: _skipped, unmatched: _unmatched, classes, ...rest }: Report,
): Promise<void> {
  const kept = { ...rest, classes: classes.map(({ mistakes: _mistakes, ...one }) => one) }
  await writeFile(join(folder, 'evaluation.json'), `${JSON.stringify(kept, null, 1)}\n`)
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`
const range = ([low, high]: readonly [number, number]) => `${(100 * low).toFixed(1)} to ${percent(high)}`

/** The model card: Hugging Face front matter with a model-index, then what a reader must know. */
export function card(model: Model, figures: Evaluation): string {
  const { card: details, published, temperature, uncertainty } = model
  const metric = (type: string, value: number, title: string) =>
    `          - type: ${type}\n            value: ${value.toFixed(4)}\n            name: ${title}`
  const worst = figures.classes.slice(0, WORST_CLASSES)
  const withTop5 = (line: string) => (hasTop5(model.labels.length) ? `${line}\n` : '')
  const share = (value: number | null) => (value === null ? '–' : percent(value))
  return `---
license: ${(model.license ?? 'other').toLowerCase()}
pipeline_tag: image-classification
library_name: onnx
${IMAGENET.test(details.trained_on ?? '') ? 'datasets:\n  - imagenet-1k\n' : ''}model-index:
  - name: ${model.id}
    results:
      - task:
          type: image-classification
        dataset:
          name: ${figures.dataset}
          type: ${IMAGENET.test(figures.dataset) ? 'imagenet-1k' : 'custom'}
        metrics:
${metric('accuracy', figures.top1, 'top-1')}
${withTop5(metric('accuracy', figures.top5, 'top-5'))}${metric('expected_calibration_error', figures.ece, '5 equal-mass bins')}
---

# ${model.title}

An image classification model with ${model.labels.length} labels. Size: ${bytes(model.bytes)}.

| | |
| --- | --- |
| Weights | ${details.source ?? 'not specified'} |
| Trained on | ${details.trained_on ?? 'not specified'} |
| Recipe | ${details.recipe ?? 'not specified'} |
| Published top-1 | ${published ? `${percent(published.value)}, ${published.source}` : 'unverified'} |
| Scores | ${temperature === null ? '**not calibrated**: plain softmax' : `calibrated: softmax of the logits divided by a temperature of ${temperature}`} |
| Revision | \`${model.revision}\` |

## Evaluation

Measured with \`${figures.command}\` on ${figures.dataset}:

| | |
| --- | --- |
| Top-1 accuracy | ${percent(figures.top1)} (95% interval: ${range(figures.top1_interval)}) |
${withTop5(`| Top-5 accuracy | ${percent(figures.top5)} |`)}| Mean confidence | ${percent(figures.mean_confidence)} |
| Expected calibration error (ECE), 5 equal-mass bins | ${percent(figures.ece)} (95% interval: ${range(figures.ece_interval)}) |
| ECE of a perfectly calibrated model | ${range(figures.ece_of_perfect)} |
| ECE, 15 equal-width bins, as in the literature | ${percent(figures.ece_15)}; with 650 photos, even a perfect model shows about 3% |
| Negative log-likelihood, Brier score | ${figures.nll.toFixed(3)}, ${figures.brier.toFixed(3)} |
| Uncertain | ${percent(figures.uncertain)} of the predictions${figures.uncertain_top1 === null ? '' : `, of which ${percent(figures.uncertain_top1)} are correct`} |

${temperature === null || !IMAGENET.test(figures.dataset) ? '' : 'The temperature was fitted on the same photos, so these figures slightly overstate the calibration. For results on\nother photos, see `models/build/README.md`.\n\n'}![Confidence and accuracy](reliability.svg)
${uncertaintyText(uncertainty)}
## Weakest labels

With one or two photos per label, this list shows what to look at, not how severe the problem is.

| label | photos | precision | recall | F1 |
| --- | --- | --- | --- | --- |
${worst.map((one) => `| ${one.label} | ${one.support} | ${share(one.precision)} | ${share(one.recall)} | ${share(one.f1)} |`).join('\n')}

## Limits

${details.limits ?? 'Not documented'}.

## Out of scope

${details.not_for ?? 'Decisions about people, or uses in which a wrong label causes harm'}.
`
}

function uncertaintyText(rule: Model['uncertainty']): string {
  if (rule === null) return ''
  return `
## Uncertain predictions

A prediction is marked as uncertain, with the reason, in these cases:

- Its generalised entropy is above ${rule.entropyAbove}: the photo is unlike the training data (5% of known photos are above).
- The two best scores differ by less than ${rule.marginBelow}.
- The best score is below ${rule.scoreBelow}, so that the label is more likely wrong than right.

For how well this detects photos of things outside the labels, see \`models/build/README.md\`.
`
}
