import { toPng } from './png'

/** A noise image, always the same, for testing a model before it receives photos. */
export function noisePhoto(width: number, height: number): Promise<Uint8Array> {
  let state = 1
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
  return toPng(pixels, width, height)
}

/** A uniformly gray image. */
export function greyPhoto(width: number, height: number): Promise<Uint8Array> {
  return toPng(new Uint8Array(width * height * 3).fill(127), width, height)
}
