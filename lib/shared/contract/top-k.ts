import { DEFAULT_TOP_K } from './contract'

/** How many predictions a request asks for. Only without a number does a multi-label model return all that apply. */
export function topKOf(top_k: number | undefined): { topK: number; allSelected: boolean } {
  return { topK: top_k ?? DEFAULT_TOP_K, allSelected: top_k === undefined }
}
