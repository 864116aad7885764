import type { OnnxGraph } from '@/lib/server/catalog/onnx/read-graph'

/** Command-line flags that override the preprocessing. */
export interface PreprocessingFlags {
  size?: string
  mean?: string
  std?: string
  crop?: string
  channels?: string
}

/** A `preprocessor_config.json`, and descriptions of where its parts come from. */
export interface FoundPreprocessing {
  json: Record<string, unknown>
  from: { size: string; numbers: string; channels: string }
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
/** 224 of 256, the default of torchvision and fastai. */
const DEFAULT_CROP = 0.875
const [BILINEAR, UINT8] = [2, 2]

/**
 * Determines the preprocessing of a model without a configuration file: from its metadata and shape, from the flags,
 * and from the defaults of PyTorch exports if the channels come first.
 *
 * @throws Error naming the required flags
 */
export function findPreprocessing(graph: OnnxGraph, flags: PreprocessingFlags): FoundPreprocessing {
  const { input, metadata } = graph
  if (input === null || input.dims.length !== 4)
    throw new Error('the model does not take images: its input does not have four dimensions')
  const channelsFirst = input.dims[1] === 3 || input.dims[1] === 1 || (input.dims[1] === 0 && input.dims[3] !== 3)
  const ultralytics = metadata.has('task') && metadata.has('names')
  if (ultralytics && metadata.get('task') !== 'classify') {
    throw new Error(`the model is for the task ${metadata.get('task')}, not for classification`)
  }
  const { inputSize, from } = sizeOf(graph, channelsFirst, flags)
  const crop = flags.crop ?? (ultralytics ? '1' : channelsFirst ? String(DEFAULT_CROP) : 'squash')
  const cropFrom = flags.crop ? 'from --crop' : ultralytics ? 'as in Ultralytics' : 'assumed'
  const { numbers, from: numbersFrom } = normalisationOf(graph, { channelsFirst, ultralytics }, flags)
  return {
    json: {
      ...geometry(inputSize, crop),
      resample: BILINEAR,
      ...numbers,
      do_flip_channel_order: flags.channels === 'bgr',
    },
    from: {
      size: `${from}; crop ${cropFrom}`,
      numbers: numbersFrom,
      channels: flags.channels ? '--channels' : 'assumed',
    },
  }
}

/** Overrides a configuration with the flags. */
export function withFlags(
  json: Record<string, unknown>,
  graph: OnnxGraph,
  flags: PreprocessingFlags,
): Record<string, unknown> {
  const size = flags.size ?? flags.crop
  const override = size === undefined ? null : sizeOf(graph, true, flags).inputSize
  return {
    ...json,
    ...(override ? geometry(override, flags.crop ?? 'squash') : {}),
    ...(flags.mean || flags.std ? normalisationFromFlags(flags) : {}),
    ...(flags.channels ? { do_flip_channel_order: flags.channels === 'bgr' } : {}),
  }
}

interface InputSize {
  height: number
  width: number
}

function sizeOf(
  { input, metadata }: OnnxGraph,
  channelsFirst: boolean,
  { size }: PreprocessingFlags,
): { inputSize: InputSize; from: string } {
  const [height = 0, width = 0] = input?.dims.slice(channelsFirst ? 2 : 1, channelsFirst ? 4 : 3) ?? []
  if (size !== undefined) {
    const [, h, w = h] = /^(\d{1,4})(?:x(\d{1,4}))?$/.exec(size) ?? []
    if (h === undefined) throw new Error(`--size must be a number of pixels or HEIGHTxWIDTH, not ${size}`)
    return { inputSize: { height: Number(h), width: Number(w) }, from: '--size' }
  }
  if (height > 0 && width > 0) return { inputSize: { height, width }, from: 'the graph' }
  const [h, w = h] = [...(metadata.get('imgsz') ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits))
  if (h && w) return { inputSize: { height: h, width: w }, from: "the model's metadata (imgsz)" }
  throw new Error('the model accepts any input size: choose one with --size')
}

function geometry({ height, width }: InputSize, crop: string): Record<string, unknown> {
  if (crop === 'squash' || height !== width) {
    return { do_resize: true, size: { height, width }, do_center_crop: false }
  }
  const fraction = Number(crop)
  if (!(fraction > 0 && fraction <= 1))
    throw new Error(`--crop must be squash or a fraction between 0 and 1, not ${crop}`)
  const edge = Math.floor(height / fraction)
  return { do_resize: true, size: { shortest_edge: edge }, do_center_crop: true, crop_size: { height, width } }
}

function normalisationOf(
  { input }: OnnxGraph,
  { channelsFirst, ultralytics }: { channelsFirst: boolean; ultralytics: boolean },
  flags: PreprocessingFlags,
): { numbers: Record<string, unknown>; from: string } {
  if (flags.mean || flags.std) return { numbers: normalisationFromFlags(flags), from: '--mean, --std' }
  if (input?.type === UINT8)
    return { numbers: { do_rescale: false, do_normalize: false }, from: 'the graph takes uint8' }
  if (ultralytics) return { numbers: { do_rescale: true, do_normalize: false }, from: 'Ultralytics' }
  if (!channelsFirst) {
    throw new Error(
      'the normalization is unknown, and channels-last models differ: set --mean and --std (0 and 1 for values from 0 to 1, 127.5 and 127.5 for -1 to 1, 0 and 0.00392157 for unchanged pixels)',
    )
  }
  const grey = input?.dims[1] === 1
  return {
    numbers: {
      do_rescale: true,
      do_normalize: true,
      image_mean: grey ? [0.5] : IMAGENET.mean,
      image_std: grey ? [0.5] : IMAGENET.std,
    },
    from: grey ? 'assumed: -1 to 1' : 'assumed: ImageNet statistics, as in torchvision and fastai',
  }
}

/** Values above 1 refer to pixels from 0 to 255, others to pixels from 0 to 1. */
function normalisationFromFlags({ mean = '0', std = '1' }: PreprocessingFlags): Record<string, unknown> {
  const [image_mean, image_std] = [numbers('--mean', mean), numbers('--std', std)]
  const bytes = [image_mean, image_std].some((value) => [value].flat().some((each) => each > 1))
  return { do_rescale: !bytes, do_normalize: true, image_mean, image_std }
}

function numbers(flag: string, text: string): number | number[] {
  const list = text.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)))
  if (list.length > 3 || list.some((each) => !Number.isFinite(each))) {
    throw new Error(`${flag} must be one number, or one per channel separated by commas, not ${text}`)
  }
  return list.length === 1 ? (list[0] as number) : list
}
