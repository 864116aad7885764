/** Code that sends the same request to the API, by programming language. */
export const SNIPPETS = {
  cURL: ({ site, file, model }: SnippetRequest) =>
    `curl --data-binary @${shell(file)} '${site}/api/classify?model=${encodeURIComponent(model)}'`,
  Python: ({ site, file, model }: SnippetRequest) => `import json, urllib.request

with open(${JSON.stringify(file)}, "rb") as photo:
    request = urllib.request.Request("${site}/api/classify?model=${encodeURIComponent(model)}", data=photo.read())
with urllib.request.urlopen(request) as response:
    for prediction in json.load(response)["predictions"]:
        print(f"{prediction['label']} {prediction['score']:.3f}")
`,
  TypeScript: ({ site, file, model }: SnippetRequest) => `import { readFile } from 'node:fs/promises'

const body = await readFile(${JSON.stringify(file)})
const response = await fetch('${site}/api/classify?model=${encodeURIComponent(model)}', { method: 'POST', body })
if (!response.ok) throw new Error((await response.json()).detail)
const { predictions } = await response.json()
for (const { label, score } of predictions) console.log(label, score.toFixed(3))
`,
} as const

export type Language = keyof typeof SNIPPETS

export interface SnippetRequest {
  /** Base URL of the server: `https://host`, followed by the base path, if any. */
  site: string
  file: string
  model: string
}

/** A file name quoted so that a shell reads it as one word. */
function shell(name: string): string {
  return /^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
}
