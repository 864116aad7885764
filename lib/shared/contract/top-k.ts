/** Predictions of a request that doesn't say how many. It stands here, because browsers load this without zod. */
export const DEFAULT_TOP_K = 5

/** How many predictions a request asks for. Only without a number does a multi-label model return all that apply. */
export function topKOf(top_k: number | undefined): { topK: number; allSelected: boolean } {
  return { topK: top_k ?? DEFAULT_TOP_K, allSelected: top_k === undefined }
}
