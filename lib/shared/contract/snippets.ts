import { shellWord } from './shell-word'

/** Code that sends the same request to the API, by programming language. */
export const SNIPPETS = {
  cURL: ({ file, ...request }: SnippetRequest) => `curl --data-binary @${shellWord(file)} '${url(request)}'`,
  Python: ({ file, ...request }: SnippetRequest) => `import json, urllib.request

with open(${JSON.stringify(file)}, "rb") as photo:
    request = urllib.request.Request("${url(request)}", data=photo.read())
with urllib.request.urlopen(request) as response:
    for prediction in json.load(response)["predictions"]:
        print(f"{prediction['label']} {prediction['score']:.3f}")
`,
  TypeScript: ({ file, ...request }: SnippetRequest) => `import { readFile } from 'node:fs/promises'

const body = await readFile(${JSON.stringify(file)})
const response = await fetch('${url(request)}', { method: 'POST', body })
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
  /** The crop, as the parameter spells it; absent for the model's own. */
  crop?: string | undefined
  candidate_labels?: string | undefined
  hypothesis_template?: string | undefined
}

function url({ site, model, crop, candidate_labels, hypothesis_template }: Omit<SnippetRequest, 'file'>): string {
  const words = Object.entries({ candidate_labels, hypothesis_template }).flatMap(([name, value]) =>
    value === undefined ? [] : [`&${name}=${quotable(value)}`],
  )
  const area = crop === undefined ? '' : `&crop=${crop}`
  return `${site}/api/classify?model=${encodeURIComponent(model)}${area}${words.join('')}`
}

/** A value of a URL that may stand in quotes of any language. */
function quotable(value: string): string {
  return encodeURIComponent(value).replaceAll("'", '%27')
}
