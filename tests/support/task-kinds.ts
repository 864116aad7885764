/** Kinds of things to tell apart, by their name in WordNet. */
export const KINDS = [
  'dog',
  'bird',
  'insect',
  'reptile',
  'primate',
  'feline',
  'fungus',
  'fruit',
  'vehicle',
  'musical instrument',
] as const
