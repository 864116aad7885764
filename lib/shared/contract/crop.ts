import { z } from 'zod'

/** A rectangle on the upright photo, in pixels of the photo; not always whole ones. */
export const areaSchema = z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() })

export type Area = z.infer<typeof areaSchema>

const NUMBER = '\\d{1,7}(\\.\\d{1,6})?'
const CROP = new RegExp(`^${NUMBER}(,${NUMBER}){3}$`)

/** The smallest side of a crop, in pixels. */
const MIN_SIDE = 1

/** The parameter `crop`. Whether it lies within the photo shows once the photo is read. */
export const cropParameterSchema = z
  .string()
  .regex(CROP, 'expected left,top,width,height in pixels of the photo, such as 20,40,300,300')
  .refine((text) => {
    const { width, height } = parseCrop(text)
    return width >= MIN_SIDE && height >= MIN_SIDE
  }, 'width and height must be at least 1 pixel')
  .meta({
    description:
      'The part of the photo to use instead of the model’s center crop, as left,top,width,height in pixels of the upright photo. It is resized to the model input without regard to its aspect ratio.',
    examples: ['20,40,300,300'],
  })

/** Reads a validated `crop` parameter. */
export function parseCrop(text: string): Area {
  const [left = 0, top = 0, width = 0, height = 0] = text.split(',').map(Number)
  return { left, top, width, height }
}

/** A crop as the parameter spells it. */
export function formatCrop({ left, top, width, height }: Area): string {
  return [left, top, width, height].join(',')
}
