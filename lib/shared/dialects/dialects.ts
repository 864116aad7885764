/** Protocols of other servers and services whose clients this server answers. */
export const DIALECTS = ['gradio', 'hf', 'mcp', 'oip', 'openai', 'tf-serving', 'torchserve'] as const

export type DialectName = (typeof DIALECTS)[number]
