/** A rectangle on the upright photo, in pixels of the photo; not always whole ones. */
export interface Area {
  left: number
  top: number
  width: number
  height: number
}

/** Reads a validated `crop` parameter. */
export function parseCrop(text: string): Area {
  const [left = 0, top = 0, width = 0, height = 0] = text.split(',').map(Number)
  return { left, top, width, height }
}

/** A crop as the parameter spells it. */
export function formatCrop({ left, top, width, height }: Area): string {
  return [left, top, width, height].join(',')
}
