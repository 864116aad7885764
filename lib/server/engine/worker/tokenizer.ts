import { Tokenizer } from '@huggingface/tokenizers'
import * as z from 'zod'
import { TOKENIZER_FILES } from '../../catalog/catalog'
import { readJson, withFileName } from '../model-file'

/** Turns a text into the IDs of its tokens. */
export interface TextTokenizer {
  /** The IDs, with those at start and end, and whether the text was cut to `maxTokens`. */
  encode(text: string): { ids: number[]; truncated: boolean }
  /** The ID that fills up shorter texts. */
  padding: number
}

const named = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
const configSchema = z.looseObject({ pad_token: named.nullish(), eos_token: named.nullish() })

/**
 * Reads a tokenizer in Hugging Face's format.
 *
 * @param maxTokens a longer text is cut as by `truncation=True` of transformers: its end keeps its special tokens
 * @throws Error with a one-line message
 */
export async function readTokenizer(folder: string, maxTokens: number): Promise<TextTokenizer> {
  const [file = '', configFile = ''] = TOKENIZER_FILES
  const [content, config] = await Promise.all([readJson(folder, file), readJson(folder, configFile)])
  const { pad_token, eos_token } = withFileName(configFile, () => configSchema.parse(config))
  const tokenizer = withFileName(file, () => new Tokenizer(Object(content), Object(config)))
  const padding = tokenizer.token_to_id(pad_token ?? eos_token ?? '')
  if (padding === undefined) throw new Error(`${configFile}: pad_token isn’t in the vocabulary`)
  const tail = endTokens(tokenizer)
  return {
    padding,
    encode(text) {
      const { ids } = tokenizer.encode(text)
      if (ids.length <= maxTokens) return { ids, truncated: false }
      const end = ids.slice(ids.length - tail)
      return { ids: [...ids.slice(0, maxTokens - end.length), ...end], truncated: true }
    },
  }
}

/** How many special tokens are at the end of each text. */
function endTokens(tokenizer: Tokenizer): number {
  const [plain, all] = [false, true].map((special) => tokenizer.encode('a', { add_special_tokens: special }).ids)
  if (plain === undefined || all === undefined) return 0
  const start = all.findIndex((_, at) => plain.every((id, i) => all[at + i] === id))
  return start < 0 ? 0 : all.length - plain.length - start
}
