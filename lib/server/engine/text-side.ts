import * as z from 'zod'
import type { Similarity } from '@/lib/shared/zero-shot/similarity'
import { readJson, withFileName } from './model-file'

/** Families of models that embed photos and texts into one space, by `model_type` of Hugging Face. */
const TEXT_IMAGE_FAMILIES = ['clip', 'siglip'] as const
type Family = (typeof TEXT_IMAGE_FAMILIES)[number]

export function isTextImageFamily(modelType: string | undefined): boolean {
  return TEXT_IMAGE_FAMILIES.some((family) => family === modelType)
}

/** The part of a model that takes texts. */
export interface TextSide {
  /** Its ONNX file. */
  file: string
  /** The folder with `tokenizer.json` and `tokenizer_config.json`. */
  folder: string
  /** Tokens of a text, with those at its start and end; longer texts are cut. */
  maxTokens: number
  /** Whether every text is padded to `maxTokens`, because the model was trained so. */
  padded: boolean
  similarity: Similarity
}

/**
 * How many tokens a text has. Source: transformers, the defaults of `max_position_embeddings` in
 * models/{clip,siglip}/configuration_*.py; the padding is that of pipelines/zero_shot_image_classification.py.
 */
const FAMILIES: Record<Family, Pick<TextSide, 'maxTokens' | 'padded'> & Pick<Similarity, 'activation'>> = {
  clip: { maxTokens: 77, padded: false, activation: 'softmax' },
  siglip: { maxTokens: 64, padded: true, activation: 'sigmoid' },
}

/**
 * The scale of CLIP models if nothing says otherwise: training keeps it at or below 100, and it ends there. Source:
 * Radford et al., Learning Transferable Visual Models From Natural Language Supervision, 2021, section 2.5.
 * `logit_scale_init_value` in config.json is what training begins with, so it can't be used.
 */
const CLIP_SCALE = 100

const configSchema = z.object({
  model_type: z.enum(TEXT_IMAGE_FAMILIES, {
    error: ({ input }) =>
      `is ${String(input)}: of models with a text graph, only these families are supported: ${TEXT_IMAGE_FAMILIES.join(', ')}`,
  }),
  text_config: z.object({ max_position_embeddings: z.int().min(2).max(4096).optional() }).optional(),
  vision: z.object({ similarity: z.object({ scale: z.number().positive(), bias: z.number() }).optional() }).optional(),
})

const tokenizerSchema = z.object({ model_max_length: z.number().positive().optional() })

/**
 * Reads how a model takes texts from its folder.
 *
 * @throws Error with a one-line message
 */
export async function readTextSide(folder: string, file: string, config: unknown): Promise<TextSide> {
  const parsed = withFileName('config.json', () => configSchema.parse(config))
  const tokenizer = await readJson(folder, 'tokenizer_config.json')
  const { model_max_length } = withFileName('tokenizer_config.json', () => tokenizerSchema.parse(tokenizer))
  const { padded, activation, ...family } = FAMILIES[parsed.model_type]
  const positions = parsed.text_config?.max_position_embeddings ?? family.maxTokens
  const similarity = parsed.vision?.similarity ?? (parsed.model_type === 'clip' ? { scale: CLIP_SCALE, bias: 0 } : null)
  if (similarity === null) {
    throw new Error(
      'config.json: vision.similarity is missing: add {"scale": …, "bias": …}, with the exponential of the model’s logit_scale, and its logit_bias',
    )
  }
  // Tokenizers without a limit have a huge number there.
  const maxTokens = Math.min(positions, model_max_length ?? positions)
  return { file, folder, maxTokens, padded, similarity: { ...similarity, activation } }
}
