import type { Objects } from './folder-objects'
import type { ObjectStore } from './object-store'

/** The objects of a bucket under a prefix, without it in their keys. */
export function withPrefix(store: ObjectStore, prefix: string): Objects {
  return {
    put: (key, body, options) => store.put(`${prefix}${key}`, body, options),
    get: (key, options) => store.get(`${prefix}${key}`, options),
    async *list(start) {
      for await (const page of store.list(`${prefix}${start}`)) {
        yield page.map((info) => ({ ...info, key: info.key.slice(prefix.length) }))
      }
    },
    remove: (keys) => store.remove(keys.map((key) => `${prefix}${key}`)),
  }
}
