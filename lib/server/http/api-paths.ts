/** Whether the API serves this path. Next.js serves the rest of the site. */
export function isApiPath(path: string): boolean {
  return /^\/(health|metrics)(\/|$|\?)/.test(path) || isPublicApiPath(path)
}

/** Whether a path is part of the API that clients use: the server's own, or that of a dialect. */
export function isPublicApiPath(path: string): boolean {
  return /^\/(api|config|gradio_api|explanations|hf|mcp|v1|v2|ping|predictions|torchserve)(\/|$|\?)/.test(path)
}
