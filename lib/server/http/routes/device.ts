import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { json } from '../json-response'
import type { AppEnv, Services } from '../services'

/** `GET /api/models/:model/device`: what a browser needs to run a model itself. */
export function deviceModel({ engine }: Services) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const { device } = await engine.onDevice(c.req.param('model') ?? '')
    c.header('cache-control', 'no-cache')
    return json(c, device)
  }
}

/** `GET /api/models/:model/graph`: the ONNX file of a model, with its SHA-256 as the entity tag. */
export function modelGraph({ engine }: Services) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const { device, file } = await engine.onDevice(c.req.param('model') ?? '')
    const { sha256, bytes } = device.graph
    const tag = `"${sha256}"`
    c.header('etag', tag)
    c.header('cache-control', 'no-cache')
    if (c.req.header('if-none-match') === tag) return c.body(null, 304)
    const body = Readable.toWeb(createReadStream(file)) as unknown as ReadableStream
    return c.body(body, 200, { 'content-type': 'application/octet-stream', 'content-length': String(bytes) })
  }
}
