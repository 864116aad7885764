import type { Area } from './crop'

interface Size {
  width: number
  height: number
}

/** The corner that is dragged: −1 for left or top, 1 for right or bottom. */
export interface Corner {
  x: -1 | 1
  y: -1 | 1
}

/** The smallest side of a frame, as a share of the largest one that fits. */
const MIN_SHARE = 0.1

/** The largest frame of this shape within the photo. */
function largest({ width, height }: Size, photo: Size): Size {
  const scale = Math.min(photo.width / width, photo.height / height)
  return { width: width * scale, height: height * scale }
}

const clamp = (value: number, from: number, to: number) => Math.min(Math.max(value, from), Math.max(from, to))

/** The size of a frame as a share of the largest one that fits, 0.1 to 1. */
export function frameShare(frame: Area, photo: Size): number {
  return clamp(frame.width / largest(frame, photo).width, MIN_SHARE, 1)
}

/** Moves a frame by pixels of the photo. It stops at the photo's edges. */
export function moveFrame(frame: Area, right: number, down: number, photo: Size): Area {
  return {
    ...frame,
    left: clamp(frame.left + right, 0, photo.width - frame.width),
    top: clamp(frame.top + down, 0, photo.height - frame.height),
  }
}

/** Resizes a frame around its center, in its own shape, to a share of the largest one that fits. */
export function resizeFrame(frame: Area, share: number, photo: Size): Area {
  const most = largest(frame, photo)
  const width = most.width * clamp(share, MIN_SHARE, 1)
  const height = most.height * clamp(share, MIN_SHARE, 1)
  const centred = {
    width,
    height,
    left: frame.left + (frame.width - width) / 2,
    top: frame.top + (frame.height - height) / 2,
  }
  return moveFrame(centred, 0, 0, photo)
}

/** Drags a corner by pixels of the photo. The opposite corner stays, and so does the shape. */
export function dragCorner(frame: Area, { x, y }: Corner, right: number, down: number, photo: Size): Area {
  const fixed = { x: x > 0 ? frame.left : frame.left + frame.width, y: y > 0 ? frame.top : frame.top + frame.height }
  const room = { width: x > 0 ? photo.width - fixed.x : fixed.x, height: y > 0 ? photo.height - fixed.y : fixed.y }
  const wanted = Math.max(1 + (x * right) / frame.width, 1 + (y * down) / frame.height)
  const least = (MIN_SHARE * largest(frame, photo).width) / frame.width
  const scale = clamp(wanted, least, Math.min(room.width / frame.width, room.height / frame.height))
  const [width, height] = [frame.width * scale, frame.height * scale]
  return { width, height, left: x > 0 ? fixed.x : fixed.x - width, top: y > 0 ? fixed.y : fixed.y - height }
}

/** How far the sides of a square may differ: sizes of resized photos are rounded. */
const NEARLY_SQUARE = 0.01

/** The frame in whole pixels, within the photo: what is sent and shown. */
export function wholePixels(frame: Area, photo: Size): Area {
  const isSquare = Math.abs(frame.height / frame.width - 1) < NEARLY_SQUARE
  const width = clamp(Math.round(frame.width), 1, isSquare ? Math.min(photo.width, photo.height) : photo.width)
  const height = isSquare ? width : clamp(Math.round(frame.height), 1, photo.height)
  return {
    left: clamp(Math.round(frame.left), 0, photo.width - width),
    top: clamp(Math.round(frame.top), 0, photo.height - height),
    width,
    height,
  }
}

/** Whether an area is the whole photo, or more where its border is padded. */
export function coversPhoto({ left, top, width, height }: Area, photo: Size): boolean {
  const near = 0.5
  return left < near && top < near && left + width > photo.width - near && top + height > photo.height - near
}
