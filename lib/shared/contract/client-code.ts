import type { DialectName } from '../dialects/dialects'
import { shellWord } from './shell-word'

/** A photo for an endpoint of the API. */
export interface ClientRequest {
  /** Where the server is, such as `https://host/vision`. */
  site: string
  endpoint: 'classify' | 'embed' | 'explain'
  model: string
  topK: number
  /** Name of the photo's file, as on the reader's disk. */
  file: string
}

/** Code for a client that people may have already, which does the same as a request to the API. */
export interface ClientCode {
  name: string
  /** What the server needs to answer this client. */
  dialect: DialectName
  endpoint: ClientRequest['endpoint']
  language: 'shell' | 'python' | 'javascript'
  code(request: ClientRequest): string
}

/** All clients, by name within each endpoint. */
export const CLIENT_CODE: readonly ClientCode[] = [
  {
    name: 'Gradio (Python)',
    dialect: 'gradio',
    endpoint: 'classify',
    language: 'python',
    code: ({ site, model, file }) => `from gradio_client import Client, handle_file

client = Client(${text(site)}, verbose=False)
print(client.predict(handle_file(${text(file)}), ${text(model)}, api_name="/predict"))
`,
  },
  {
    name: 'Hugging Face (JavaScript)',
    dialect: 'hf',
    endpoint: 'classify',
    language: 'javascript',
    code: ({ site, model, topK, file }) => `import { openAsBlob } from 'node:fs'
import { imageClassification } from '@huggingface/inference'

const endpointUrl = ${text(`${site}/hf/models/${model}`)}
const data = await openAsBlob(${text(file)})
console.log(await imageClassification({ endpointUrl, data, parameters: { top_k: ${topK} } }))
`,
  },
  {
    name: 'Hugging Face (Python)',
    dialect: 'hf',
    endpoint: 'classify',
    language: 'python',
    code: ({ site, model, topK, file }) => `from huggingface_hub import InferenceClient

client = InferenceClient(model=${text(`${site}/hf/models/${model}`)})
print(client.image_classification(${text(file)}, top_k=${topK}))
`,
  },
  {
    name: 'TorchServe (cURL)',
    dialect: 'torchserve',
    endpoint: 'classify',
    language: 'shell',
    code: ({ site, model, file }) => `curl -T ${shellWord(file)} ${shellWord(`${site}/predictions/${model}`)}
`,
  },
  {
    name: 'OpenAI (Python)',
    dialect: 'openai',
    endpoint: 'embed',
    language: 'python',
    code: ({ site, model, file }) => `import base64
from openai import OpenAI

client = OpenAI(base_url=${text(`${site}/v1`)}, api_key="none")
with open(${text(file)}, "rb") as photo:
    url = "data:image/*;base64," + base64.b64encode(photo.read()).decode()
print(client.embeddings.create(model=${text(model)}, input=url).data[0].embedding)
`,
  },
  {
    name: 'TorchServe (cURL)',
    dialect: 'torchserve',
    endpoint: 'explain',
    language: 'shell',
    code: ({ site, model, file }) => `curl -T ${shellWord(file)} ${shellWord(`${site}/explanations/${model}`)}
`,
  },
]

/** A text of Python or JavaScript. */
function text(value: string): string {
  return JSON.stringify(value)
}
