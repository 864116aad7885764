/** How to ask the API the same, by the language of who asks. */
export const SNIPPETS = {
  cURL: ({ site, file, model }: Asked) =>
    `curl --data-binary @${shell(file)} '${site}/api/classify?model=${encodeURIComponent(model)}'`,
  Python: ({ site, file, model }: Asked) => `import json, urllib.request

with open(${JSON.stringify(file)}, "rb") as photo:
    request = urllib.request.Request("${site}/api/classify?model=${encodeURIComponent(model)}", data=photo.read())
with urllib.request.urlopen(request) as reply:
    for prediction in json.load(reply)["predictions"]:
        print(f"{prediction['label']} {prediction['score']:.3f}")
`,
  TypeScript: ({ site, file, model }: Asked) => `import { readFile } from 'node:fs/promises'

const body = await readFile(${JSON.stringify(file)})
const reply = await fetch('${site}/api/classify?model=${encodeURIComponent(model)}', { method: 'POST', body })
if (!reply.ok) throw new Error((await reply.json()).detail)
const { predictions } = await reply.json()
for (const { label, score } of predictions) console.log(label, score.toFixed(3))
`,
} as const

export type Language = keyof typeof SNIPPETS

export interface Asked {
  /** Where the product is: `https://host`, with the path that it is served under. */
  site: string
  file: string
  model: string
}

/** A file name as a shell takes it for one word. */
function shell(name: string): string {
  return /^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
}
