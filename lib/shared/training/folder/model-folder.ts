import type { CustomDescription } from '../../contract/custom-models'
import type { Activation } from '../../metrics/activation'
import type { Groups } from '../groups'
import { writeGroupsHead } from '../head-file'
import type { CustomConfig } from './custom-config'
import type { Evaluation, Trained } from './evaluation'

/** Below these, a result is uncertain; the same for all models. See models/build/calibrate.py. */
const SCORE_BELOW = 0.5
const MARGIN_BELOW = 0.1

/** The files of a model folder by name. */
export type ModelFiles = ReadonlyMap<string, Uint8Array | string>

export interface FolderOptions extends CustomDescription {
  base: { id: string; revision: string }
  /** ISO 8601. */
  created: string
  unlisted: boolean
  /** Set for a model whose labels are words. */
  words?: { template: string; activation: Activation } | undefined
}

/** The files of a trained model: a model folder without a graph of its own. */
export function modelFolder({ head, examples, evaluation }: Trained, options: FolderOptions): ModelFiles {
  const config = configOf(evaluation, options)
  return new Map<string, Uint8Array | string>([
    ['config.json', json(config)],
    ['head.safetensors', head],
    ['examples.safetensors', examples],
    ['evaluation.json', json(evaluation)],
    ['README.md', cardOf(evaluation, options)],
  ])
}

/** The files of a model whose labels are groups of its base's labels. Their scores are sums of calibrated ones. */
export function groupsFolder({ names, groupOf }: Groups, options: FolderOptions): ModelFiles {
  const config = {
    id2label: Object.fromEntries(names.entries()),
    vision: { temperature: 1, ...describedBy(options, 0), head: 'groups' },
  }
  return new Map<string, Uint8Array | string>([
    ['config.json', json(config)],
    ['head.safetensors', writeGroupsHead(groupOf)],
    ['README.md', cardOf({ labels: names, examples: 0 }, options)],
  ])
}

/** The files that describe the model, with another description. */
export function describedAgain(
  config: CustomConfig,
  change: CustomDescription,
  evaluation: Pick<Evaluation, 'multi_label'> | null,
): ModelFiles {
  const { id2label = {}, vision } = config
  const { title = vision.title, license = vision.license, purpose = vision.custom?.purpose } = change
  const custom = vision.custom && { ...vision.custom, ...(purpose === undefined ? {} : { purpose }) }
  const { created = '', examples = 0 } = custom ?? {}
  const base = vision.base_model ?? { id: 'unknown', revision: 'unknown' }
  const words =
    custom?.template === undefined ? undefined : { template: custom.template, activation: 'softmax' as const }
  return new Map([
    ['config.json', json({ ...config, vision: { ...vision, title, license, custom } })],
    [
      'README.md',
      cardOf(
        { labels: Object.values(id2label), examples, multi_label: evaluation?.multi_label },
        { title, license, purpose, base, created, words },
      ),
    ],
  ])
}

function configOf({ labels, examples, ...evaluation }: Evaluation, options: FolderOptions) {
  const id2label = Object.fromEntries(labels.entries())
  const described = describedBy(options, examples)
  if (evaluation.multi_label) {
    const vision = { ...described, ...multiLabelConfig(evaluation.multi_label, evaluation) }
    return { problem_type: 'multi_label_classification', id2label, vision }
  }
  return {
    id2label,
    vision: { ...described, ...(options.words ? wordsConfig(options.words) : linearConfig(evaluation)) },
  }
}

/** The sigmoids are calibrated as they are: the head contains their slopes. */
function multiLabelConfig(
  { thresholds, near_threshold }: NonNullable<Evaluation['multi_label']>,
  { temperature, likeness_below }: Pick<Evaluation, 'temperature' | 'likeness_below'>,
) {
  return {
    temperature,
    thresholds,
    uncertainty: {
      ...(near_threshold === null ? {} : { near_threshold }),
      ...(likeness_below === null ? {} : { likeness_below }),
    },
    head: 'linear',
  }
}

function linearConfig({ temperature, likeness_below }: Pick<Evaluation, 'temperature' | 'likeness_below'>) {
  return {
    temperature,
    uncertainty: {
      score_below: SCORE_BELOW,
      margin_below: MARGIN_BELOW,
      ...(likeness_below === null ? {} : { likeness_below }),
    },
    head: 'linear',
  }
}

/** Without a temperature: the scale of the base is no calibration, and so nothing says when a result is uncertain. */
function wordsConfig({ activation }: NonNullable<FolderOptions['words']>) {
  return { activation, head: 'cosine' }
}

function describedBy({ title, license, purpose, base, created, unlisted, words }: FolderOptions, examples: number) {
  return {
    ...(title === undefined ? {} : { title }),
    ...(license === undefined ? {} : { license }),
    base_model: base,
    custom: {
      ...(purpose === undefined ? {} : { purpose }),
      created,
      examples,
      ...(unlisted ? { unlisted: true } : {}),
      ...(words ? { template: words.template } : {}),
    },
  }
}

function cardOf(
  { labels, examples, multi_label }: Pick<Evaluation, 'labels' | 'examples'> & Partial<Pick<Evaluation, 'multi_label'>>,
  { title, purpose, license, base, created, words }: Omit<FolderOptions, 'unlisted'>,
) {
  const origin = words ? `Words, in the template “${words.template}”` : 'Groups of labels of its base model'
  return `${license === undefined ? '' : `---\nlicense: ${yamlText(license)}\n---\n\n`}# ${title ?? 'Custom model'}

${purpose ?? 'A custom model.'}

- Labels: ${labels.join(', ')}
- ${examples === 0 ? origin : `${words ? `${origin}, and` : 'Learned from'} ${examples} photos`}, made on ${created.slice(0, 10)}
- Base model: ${base.id}, revision ${base.revision}
${multi_label ? severalLabels(multi_label) : ''}`
}

function severalLabels({ report }: NonNullable<Evaluation['multi_label']>): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const interval = report?.map_interval ? ` (95 % interval: ${report.map_interval.map(percent).join(' to ')})` : ''
  const measured = report
    ? `- On ${report.photos} photos, by cross-validation: mean average precision ${percent(report.map)}${interval}, F1 ${percent(report.micro_f1)} over all labels, ${percent(report.macro_f1)} as the mean of the labels\n`
    : ''
  return `- A photo may have several labels, or none\n${measured}`
}

/** Text for YAML: in quotes, as JSON has it, unless it is an identifier that can't mean anything else. */
function yamlText(text: string): string {
  return /^[A-Za-z][\w.+-]*$/.test(text) ? text : JSON.stringify(text)
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
