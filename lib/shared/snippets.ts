/** How to ask the API the same, by the language of who asks. */
export const SNIPPETS = {
  cURL: ({ origin, file, model }: Asked) =>
    `curl --data-binary @${shell(file)} '${origin}/api/classify?model=${encodeURIComponent(model)}'`,
  Python: ({ origin, file, model }: Asked) => `import json, urllib.request

with open(${JSON.stringify(file)}, "rb") as photo:
    request = urllib.request.Request("${origin}/api/classify?model=${encodeURIComponent(model)}", data=photo.read())
with urllib.request.urlopen(request) as reply:
    for prediction in json.load(reply)["predictions"]:
        print(f"{prediction['label']} {prediction['score']:.3f}")
`,
  TypeScript: ({ origin, file, model }: Asked) => `import { readFile } from 'node:fs/promises'

const body = await readFile(${JSON.stringify(file)})
const reply = await fetch('${origin}/api/classify?model=${encodeURIComponent(model)}', { method: 'POST', body })
if (!reply.ok) throw new Error((await reply.json()).detail)
const { predictions } = await reply.json()
for (const { label, score } of predictions) console.log(label, score.toFixed(3))
`,
} as const

export type Language = keyof typeof SNIPPETS

export interface Asked {
  origin: string
  file: string
  model: string
}

/** A file name as a shell takes it for one word. */
function shell(name: string): string {
  return /^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
}
