import { decoded } from './file-name'

/** A two-byte character. */
type Pair = readonly [lead: number, trail: number]

/**
 * The byte patterns of two languages overlap for many characters; for this many different ones, coincidence is
 * unlikely.
 */
const MIN_DISTINCT = 12

/**
 * Detects the common encoding of names if it is unambiguous: the most common Japanese, Chinese and Korean characters
 * have codes that make nonsense in the other encodings. Undefined for too few characters.
 *
 * @param names each with bytes that are not UTF-8
 */
export function detectEncoding(names: readonly Uint8Array[]): string | undefined {
  if (names.length === 0) return undefined
  const readable = (encoding: string) => names.every((name) => decoded(name, encoding) !== null)
  const japanese = pairsOf(names, (lead) => (lead >= 0x81 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xef))
  if (japanese && isShiftJis(japanese) && readable('shift_jis')) return 'shift_jis'
  const other = pairsOf(names, (lead) => lead >= 0x81)
  if (other && isGbk(other) && readable('gbk')) return 'gbk'
  if (other && isEucKr(other) && readable('euc-kr')) return 'euc-kr'
  return undefined
}

/** The non-ASCII characters; null if a byte has no partner. */
function pairsOf(names: readonly Uint8Array[], isLead: (byte: number) => boolean): Pair[] | null {
  const pairs: Pair[] = []
  for (const name of names) {
    for (let at = 0; at < name.length; at++) {
      const lead = name[at] ?? 0
      if (lead < 0x80) continue
      const trail = name[++at]
      if (!isLead(lead) || trail === undefined || trail < 0x40) return null
      pairs.push([lead, trail])
    }
  }
  return pairs
}

const within = (byte: number, least: number, most: number) => byte >= least && byte <= most
const distinct = (pairs: readonly Pair[]) => new Set(pairs.map(([lead, trail]) => lead * 256 + trail)).size

/**
 * Kana and common kanji. An accented European letter before an ASCII letter also looks like a pair, so such pairs
 * don't count as evidence.
 */
function isShiftJis(pairs: readonly Pair[]): boolean {
  const kana = ([lead, trail]: Pair) =>
    (lead === 0x82 && within(trail, 0x9f, 0xf1)) || (lead === 0x83 && within(trail, 0x40, 0x96))
  const common = ([lead, trail]: Pair) => lead === 0x81 || within(lead, 0x88, 0x97) || (lead === 0x98 && trail <= 0x72)
  const wide = ([lead, trail]: Pair) => lead === 0x82 && trail < 0x9f
  if (!pairs.every((pair) => kana(pair) || common(pair) || wide(pair))) return false
  const proofs = pairs.filter((pair) => pair[1] >= 0x80 && !wide(pair))
  const enough = proofs.some(kana) ? 2 : 4
  return distinct(proofs) >= enough && 2 * proofs.length >= pairs.length
}

const isSign = ([lead]: Pair) => within(lead, 0xa1, 0xa3)

/**
 * The 3,755 common hanzi, including one that isn't hangul, and not only codes that are letters in Cyrillic and Greek
 * code pages.
 */
function isGbk(pairs: readonly Pair[]): boolean {
  const hanzi = pairs.filter((pair) => !isSign(pair))
  const common = hanzi.every(([lead, trail]) => within(lead, 0xb0, 0xd7) && trail >= 0xa1)
  const letters = hanzi.every((pair) => pair.every((byte) => within(byte, 0xc0, 0xdf)))
  return common && !letters && distinct(hanzi) >= 2 && hanzi.some(([lead]) => lead > 0xc8)
}

/** Hangul only, and so many that they would be implausible as hanzi. */
function isEucKr(pairs: readonly Pair[]): boolean {
  const hangul = pairs.filter((pair) => !isSign(pair))
  return hangul.every(([lead, trail]) => within(lead, 0xb0, 0xc8) && trail >= 0xa1) && distinct(hangul) >= MIN_DISTINCT
}
