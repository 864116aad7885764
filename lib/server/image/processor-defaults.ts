/** Defaults of a Hugging Face processor class, and how it resizes. */
export interface ProcessorDefaults {
  /** `plain` resizes and crops; the others have their own arithmetic (see hf-preprocessor.ts). */
  style: 'plain' | 'convnext' | 'levit' | 'poolformer' | 'efficientnet'
  /** Pillow's number for the interpolation. */
  resample: number
  size: { shortest_edge: number } | { width: number; height: number } | null
  /** Whether a single-number size means both sides. */
  square: boolean
  crop: { width: number; height: number } | null
  /** Whether it crops; null if that depends on the presence of `crop_size`. */
  cropsCentre: boolean | null
  normalises: boolean
  mean: readonly number[]
  std: readonly number[]
  flipChannels: boolean
  cropRounding: 'down' | 'even'
}

const HALF = [0.5, 0.5, 0.5]
const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
const CLIP = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] }
const [BILINEAR, BICUBIC] = [2, 3]

const square = (side: number) => ({ width: side, height: side })
const edge = (side: number) => ({ shortest_edge: side })

/** For a configuration that names no class: its own sizes and values, with torchvision's center crop. */
export const GENERIC: ProcessorDefaults = {
  style: 'plain',
  resample: BILINEAR,
  size: null,
  square: false,
  crop: null,
  cropsCentre: null,
  normalises: true,
  mean: HALF,
  std: HALF,
  flipChannels: false,
  cropRounding: 'even',
}

/** Both backends of transformers' processors round half a pixel of a crop offset down. */
const TRANSFORMERS: ProcessorDefaults = { ...GENERIC, resample: BICUBIC, cropsCentre: false, cropRounding: 'down' }
const CROPS: ProcessorDefaults = { ...TRANSFORMERS, size: edge(224), crop: square(224), cropsCentre: true }
const MOBILE_NET: ProcessorDefaults = { ...CROPS, resample: BILINEAR, size: edge(256) }

/**
 * By class name without its suffix. Source: Hugging Face transformers 5.24, models/<name>/image_processing_<name>.py,
 * and for ResNet, Swin and others the classes named in their published configurations.
 */
const CLASSES: Record<string, ProcessorDefaults> = {
  vit: { ...TRANSFORMERS, resample: BILINEAR, size: square(224), square: true },
  deit: { ...CROPS, size: square(256), square: true },
  beit: { ...TRANSFORMERS, size: square(224), square: true, crop: square(224) },
  pvt: { ...TRANSFORMERS, ...IMAGENET, size: square(224), square: true },
  siglip: { ...TRANSFORMERS, size: square(224) },
  convnext: { ...TRANSFORMERS, style: 'convnext', size: edge(384) },
  efficientnet: { ...TRANSFORMERS, style: 'efficientnet', size: square(346), square: true, crop: square(289) },
  mobilenetv1: MOBILE_NET,
  mobilenetv2: MOBILE_NET,
  mobilevit: { ...CROPS, crop: square(256), normalises: false, flipChannels: true },
  levit: { ...CROPS, ...IMAGENET, style: 'levit' },
  poolformer: { ...CROPS, ...IMAGENET, style: 'poolformer' },
  bit: { ...CROPS, ...CLIP },
  clip: { ...CROPS, ...CLIP },
  segformer: { ...TRANSFORMERS, ...IMAGENET, resample: BILINEAR, size: square(512), square: true },
  dinov3vit: { ...TRANSFORMERS, ...IMAGENET, resample: BILINEAR, size: square(224) },
  efficientformer: { ...CROPS, ...IMAGENET, size: square(224), square: true },
}

/**
 * By model type, for configurations that name no class, as older ones do. Source: transformers 5.24,
 * auto/image_processing_auto.py.
 */
const CLASS_BY_MODEL_TYPE: Record<string, string> = {
  ...Object.fromEntries(
    [
      'beit',
      'bit',
      'clip',
      'convnext',
      'deit',
      'efficientformer',
      'efficientnet',
      'levit',
      'mobilevit',
      'poolformer',
    ].map((same) => [same, same]),
  ),
  ...Object.fromEntries(['pvt', 'segformer', 'siglip', 'vit'].map((same) => [same, same])),
  convnextv2: 'convnext',
  cvt: 'convnext',
  'data2vec-vision': 'beit',
  dinat: 'vit',
  dinov2: 'bit',
  dinov2_with_registers: 'bit',
  dinov3_vit: 'dinov3vit',
  focalnet: 'bit',
  hiera: 'bit',
  ijepa: 'vit',
  metaclip_2: 'clip',
  mobilenet_v1: 'mobilenetv1',
  mobilenet_v2: 'mobilenetv2',
  mobilevitv2: 'mobilevit',
  nat: 'vit',
  pvt_v2: 'pvt',
  regnet: 'convnext',
  resnet: 'convnext',
  swiftformer: 'vit',
  swin: 'vit',
  swinv2: 'vit',
  van: 'convnext',
  vit_msn: 'vit',
}

/**
 * Defaults of a processor class (`ViTImageProcessor`, `ViTImageProcessorFast`, `ConvNextFeatureExtractor`, …), or,
 * without a class, of the class for the model type. Null if neither is known: the configuration must then be complete.
 *
 * @throws Error if the class is not supported: a wrong prediction would look like a correct one
 */
export function classDefaults(name: string | undefined, modelType?: string): ProcessorDefaults | null {
  if (name === undefined) return CLASSES[CLASS_BY_MODEL_TYPE[modelType ?? ''] ?? ''] ?? null
  const key = name.replace(/(ImageProcessor|FeatureExtractor)(Fast|Pil)?$/, '').toLowerCase()
  const defaults = Object.hasOwn(CLASSES, key) ? CLASSES[key] : undefined
  if (defaults) return defaults
  throw new Error(
    `the processor ${name} is not supported: remove image_processor_type and set size, crop_size, resample, image_mean and image_std`,
  )
}
