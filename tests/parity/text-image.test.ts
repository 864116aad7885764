import { testTextImage } from '../support/test-text-image'
import { TEXT_IMAGE_GOLDEN } from '../support/text-image'

/** With a part of CLIP's vocabulary; tests/full/text-image.test.ts has all of it. */
testTextImage(() => TEXT_IMAGE_GOLDEN)
