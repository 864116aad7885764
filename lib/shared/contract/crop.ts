import * as z from 'zod'
import { parseCrop } from '../crop/crop'

/** A rectangle on the upright photo, in pixels of the photo; not always whole ones. */
export const areaSchema = z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() })

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
