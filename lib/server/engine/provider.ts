/** What ONNX Runtime runs models on, by its names of execution providers. */
export const PROVIDERS = ['cpu', 'cuda', 'coreml', 'dml', 'webgpu'] as const
export type Provider = (typeof PROVIDERS)[number]
