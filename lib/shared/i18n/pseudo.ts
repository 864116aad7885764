/** Text for people at every leaf. */
export interface Messages {
  [key: string]: string | Messages
}

const PLAIN = 'aAcCeEiInNoOsSuUyY'
const ACCENTED = 'áÁçÇéÉíÍñÑóÓšŠúÚýÝ'

/** The same messages as somebody's language that is a third longer than English: `⟦Ñóthíñg yét. ~~~~~⟧`. Arguments and tags stay. */
export function pseudoMessages(messages: Messages): Messages {
  return Object.fromEntries(
    Object.entries(messages).map(([key, value]) => [
      key,
      typeof value === 'string' ? `⟦${accented(value)}${padding(value.length)}⟧` : pseudoMessages(value),
    ]),
  )
}

/** A third of a text's length, in words of a language with short ones, so that lines can break. */
function padding(length: number): string {
  return ' ~~~~~'.repeat(Math.ceil(length / 18))
}

/** Accents outside of arguments in braces and of tags. Choices inside a plural stay plain: they are wrapped all the same. */
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
