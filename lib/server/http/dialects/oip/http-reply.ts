import { bytesOfOutput, type InferResult } from './infer-result'

/** The reply over HTTP: JSON, followed by the bytes of binary outputs. */
export function httpReply({ model, id, outputs }: InferResult): { json: Uint8Array; bytes: Uint8Array[] } {
  const bytes: Uint8Array[] = []
  const described = outputs.map((output) => {
    const { name, datatype, shape, values, binary } = output
    if (!binary) return { name, datatype, shape, data: [...values] }
    const own = bytesOfOutput(output)
    bytes.push(own)
    return { name, datatype, shape, parameters: { binary_data_size: own.byteLength } }
  })
  const body = { model_name: model, model_version: '1', ...(id === undefined ? {} : { id }), outputs: described }
  return { json: Buffer.from(JSON.stringify(body)), bytes }
}
