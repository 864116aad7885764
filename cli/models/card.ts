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
/** What holds for the models that ship, and is not said of others. */
const IMAGENET = /imagenet/i

/** Figures as the folder keeps them. */
export type Evaluation = Omit<Report, 'skipped' | 'unmatched'>

/** Writes a model's README.md and its calibration plot from what its folder and its evaluation say. */
export async function exportCard(context: ModelsContext, name: string, { report }: { report?: string }): Promise<void> {
  const model = await findModel(context, name)
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

/** The report beside the model, without the names of photos, which say nothing to a reader. */
async function saveReport(
  folder: string,
  { skipped: _skipped, unmatched: _unmatched, classes, ...rest }: Report,
): Promise<void> {
  const kept = { ...rest, classes: classes.map(({ mistakes: _mistakes, ...one }) => one) }
  await writeFile(join(folder, 'evaluation.json'), `${JSON.stringify(kept, null, 1)}\n`)
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const range = ([low, high]: readonly [number, number]) => `${(100 * low).toFixed(1)} to ${percent(high)}`

/** The card: Hugging Face's front matter with a model-index, then what a reader must know. */
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

Classifies a photo into ${model.labels.length} labels. ${bytes(model.bytes)}.

| | |
| --- | --- |
| Weights | ${details.source ?? 'not said'} |
| Trained on | ${details.trained_on ?? 'not said'} |
| Recipe | ${details.recipe ?? 'not said'} |
| Published top-1 | ${published ? `${percent(published.value)}, ${published.source}` : 'unverified'} |
| Scores | ${temperature === null ? '**not calibrated**: the plain softmax' : `calibrated: softmax of the logits over a temperature of ${temperature}`} |
| Revision | \`${model.revision}\` |

## Measured

\`${figures.command}\` on ${figures.dataset}:

| | |
| --- | --- |
| top-1 | ${percent(figures.top1)} (95 %: ${range(figures.top1_interval)}) |
${withTop5(`| top-5 | ${percent(figures.top5)} |`)}| mean confidence | ${percent(figures.mean_confidence)} |
| expected calibration error, 5 equal-mass bins | ${percent(figures.ece)} (95 %: ${range(figures.ece_interval)}) |
| the same of a perfectly calibrated model | ${range(figures.ece_of_perfect)} |
| the same in 15 bins of equal width, as in the literature | ${percent(figures.ece_15)}; on 650 photos even a perfect model shows about 3 % there |
| negative log-likelihood, Brier score | ${figures.nll.toFixed(3)}, ${figures.brier.toFixed(3)} |
| called uncertain | ${percent(figures.uncertain)} of the answers${figures.uncertain_top1 === null ? '' : `, of which ${percent(figures.uncertain_top1)} are right`} |

${temperature === null || !IMAGENET.test(figures.dataset) ? '' : 'The temperature was fitted on these same photos, so these figures flatter the calibration a little; how it does on photos that it was not fitted on stands in `models/build/README.md`.\n\n'}![Confidence and accuracy](reliability.svg)
${uncertaintyText(uncertainty)}
## Worst classes

With one or two photos a class this names what to look at, not how bad it is.

| label | photos | precision | recall | F1 |
| --- | --- | --- | --- | --- |
${worst.map((one) => `| ${one.label} | ${one.support} | ${share(one.precision)} | ${share(one.recall)} | ${share(one.f1)} |`).join('\n')}

## Limits

${details.limits ?? 'Nobody has written them down.'}.

## Not for

${details.not_for ?? 'Decisions about people, or where a wrong label does harm'}.
`
}

function uncertaintyText(rule: Model['uncertainty']): string {
  if (rule === null) return ''
  return `
## When an answer is uncertain

An answer is called uncertain, and says why, where its generalised entropy is above ${rule.entropyAbove} (unlike the photos that the
model knows: 5 % of those are above), where the two best labels are nearer than ${rule.marginBelow}, or where the best score is below
${rule.scoreBelow}, so that it is more likely wrong than right. What this catches of things outside the labels stands in
\`models/build/README.md\`.
`
}
