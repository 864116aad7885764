/** A tree of messages. */
export interface Messages {
  [key: string]: string | Messages
}

const PLAIN = 'aAcCeEiInNoOsSuUyY'
const ACCENTED = 'áÁçÇéÉíÍñÑóÓšŠúÚýÝ'

/**
 * The messages in a made-up language a third longer than English: `⟦Ñóthíñg yét. ~~~~~⟧`. Arguments and tags are
 * kept.
 */
export function pseudoMessages(messages: Messages): Messages {
  return Object.fromEntries(
    Object.entries(messages).map(([key, value]) => [
      key,
      typeof value === 'string' ? `⟦${accented(value)}${padding(value.length)}⟧` : pseudoMessages(value),
    ]),
  )
}

/** A third of the text's length, in short words so that lines can break. */
function padding(length: number): string {
  return ' ~~~~~'.repeat(Math.ceil(length / 18))
}

/** Adds accents outside arguments and tags. Plural choices stay plain, but the brackets still enclose them. */
function accented(text: string): string {
  let depth = 0
  let tag = false
  let out = ''
  for (const letter of text) {
    if (letter === '{') depth++
    if (letter === '<') tag = true
    out += depth > 0 || tag ? letter : (ACCENTED[PLAIN.indexOf(letter)] ?? letter)
    if (letter === '}') depth--
    if (letter === '>') tag = false
  }
  return out
}
