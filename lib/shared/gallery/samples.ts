/** Sample photos for visitors without one. Sources and licenses: public/gallery/CREDITS.csv. */
export const SAMPLES = [
  { file: 'espresso.png', name: 'espresso', credit: 'Rachel Michetti, CC0' },
  { file: 'goldfish.webp', name: 'goldfish', credit: 'Necrophorus, public domain' },
  { file: 'scarlet-macaw.webp', name: 'scarletMacaw', credit: 'Jar0d, CC BY-SA 2.0' },
  { file: 'polar-bear.webp', name: 'polarBear', credit: 'Arturo de Frias Marques, CC BY-SA 4.0' },
  { file: 'koala.webp', name: 'koala', credit: 'David Iliff, CC BY-SA 3.0' },
] as const

export type Sample = (typeof SAMPLES)[number]

/** Number of photos in the gallery. */
export const GALLERY_PHOTOS = 24
