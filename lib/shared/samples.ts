/** Photos for visitors who have none at hand. Sources and licences: public/gallery/CREDITS.csv. */
export interface Sample {
  file: string
  /** What is on it, for screen readers. */
  alt: string
  credit: string
}

export const SAMPLES: readonly Sample[] = [
  { file: 'espresso.png', alt: 'A cup of espresso', credit: 'Rachel Michetti, CC0' },
  { file: 'goldfish.webp', alt: 'A goldfish', credit: 'Necrophorus, public domain' },
  { file: 'scarlet-macaw.webp', alt: 'A scarlet macaw', credit: 'Jar0d, CC BY-SA 2.0' },
  { file: 'polar-bear.webp', alt: 'A polar bear', credit: 'Arturo de Frias Marques, CC BY-SA 4.0' },
  { file: 'koala.webp', alt: 'A koala', credit: 'David Iliff, CC BY-SA 3.0' },
]
