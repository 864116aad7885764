import { beforeEach, expect, test, vi } from 'vitest'
import { BatchPhotos } from '../photos'
import type { PhotoSource } from '../source'
import type { DeviceState } from './device-state'
import { PhotoCopies } from './photo-copies'

const photo = (path: string): PhotoSource => ({ path, size: 10, modified: 1, open: async () => new Blob(['x']) })

const FAILURE = { code: 'x', retryable: false, retryAfterMs: null }

let photos: BatchPhotos
let kept: Set<number>
let states: Pick<DeviceState, 'keeping' | 'toKeep' | 'room'>[]
/** Called before a photo is copied. */
let onCopy: (index: number) => void
let copies: PhotoCopies
beforeEach(() => {
  vi.stubGlobal('navigator', { storage: { estimate: async () => ({ quota: 64_000_030, usage: 0 }) } })
  photos = new BatchPhotos({ imageBytes: 100, files: 100 }, { id: 'm', revision: 'r' })
  kept = new Set()
  states = []
  onCopy = () => {}
  copies = new PhotoCopies(
    {
      async copy(index) {
        onCopy(index)
        kept.add(index)
      },
      async read(index) {
        return kept.has(index) ? new File(['x'], String(index)) : null
      },
      async drop(index) {
        kept.delete(index)
      },
    },
    photos,
    (state) => states.push(state),
  )
})

const addPhotos = (...paths: string[]) => photos.add({ sources: paths.map(photo), leftOut: [] })

test('keeps photos until they have results', async () => {
  addPhotos('a', 'b')
  await copies.add()
  expect([...kept]).toEqual([0, 1])
  expect(states[0]).toEqual({ keeping: 'copying', toKeep: 2, room: 30 })
  expect(states.at(-1)).toEqual({ keeping: 'kept', toKeep: 0, room: 30 })
  photos.markFailed(photos.items.slice(0, 1), FAILURE)
  expect((await copies.read(0))?.name).toBe('0')
  await copies.drop(0)
  expect(await copies.read(0)).toBeNull()
  addPhotos('c')
  await copies.add()
  expect([...kept]).toEqual([1, 2])
})

test('keeps no copy of a photo that gets its result meanwhile', async () => {
  addPhotos('a', 'b', 'c')
  onCopy = (index) => {
    if (index === 0) photos.markFailed(photos.items.slice(0, 2), FAILURE)
  }
  await copies.add()
  expect([...kept]).toEqual([2])
})

test('copies nothing if there is no room for all, and stops when the room ends', async () => {
  addPhotos('a', 'b', 'c', 'd')
  await copies.add()
  expect([...kept]).toEqual([])
  expect(states).toEqual([
    { keeping: 'no_room', toKeep: 0, room: 30 },
    { keeping: 'no_room', toKeep: 0, room: 30 },
  ])
  photos.leaveOut(['waiting'])
  addPhotos('e', 'f')
  onCopy = (index) => {
    if (index === 5) throw new DOMException('full', 'QuotaExceededError')
  }
  await copies.add()
  expect([...kept]).toEqual([4])
  expect(states.at(-1)?.keeping).toBe('no_room')
})
