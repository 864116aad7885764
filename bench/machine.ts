import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** A CPU feature, with the names that operating systems use for it. */
interface Feature {
  name: string
  words: readonly string[]
  /** Whether it multiplies bytes and adds the products in one step, which dominates the time of INT8 models. */
  int8?: true
}

const X86: readonly Feature[] = [
  { name: 'AVX2', words: ['avx2'] },
  { name: 'AVX-512', words: ['avx512f'] },
  { name: 'AVX-512 VNNI', words: ['avx512_vnni', 'avx512vnni'], int8: true },
  { name: 'AVX-VNNI', words: ['avx_vnni', 'avxvnni'], int8: true },
]
const ARM: readonly Feature[] = [
  { name: 'NEON', words: ['neon', 'asimd', 'advsimd'] },
  { name: 'NEON dot product', words: ['asimddp', 'feat_dotprod'], int8: true },
  { name: 'I8MM', words: ['i8mm', 'feat_i8mm'], int8: true },
]
const KINDS: Partial<Record<NodeJS.Architecture, readonly Feature[]>> = { x64: X86, ia32: X86, arm64: ARM, arm: ARM }

export interface Features {
  has: string[]
  lacks: string[]
  /** Whether one of them accelerates INT8. */
  int8: boolean
}

/**
 * CPU features that matter for the speed of a model.
 *
 * @param words flags that the operating system reports; null if unknown
 * @returns null if unknown
 */
export function featuresOf(
  words: ReadonlySet<string> | null,
  arch: NodeJS.Architecture = process.arch,
): Features | null {
  const known = KINDS[arch]
  if (words === null || !known) return null
  const has = known.filter((feature) => feature.words.some((word) => words.has(word)))
  const name = (feature: Feature) => feature.name
  const lacks = known.filter((feature) => !has.includes(feature))
  return { has: has.map(name), lacks: lacks.map(name), int8: has.some(({ int8 }) => int8) }
}

/** The flags in /proc/cpuinfo, of the first core because a program can be moved to any. */
export function flagsOf(cpuinfo: string): ReadonlySet<string> {
  const list = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? ''
  return new Set(list.trim().toLowerCase().split(/\s+/))
}

/** The CPU features that `sysctl` on macOS reports. */
export function sysctlFlagsOf(text: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (const [, name = '', value = ''] of text.matchAll(/^([\w.]+): (.*)$/gm)) {
    if (name.startsWith('hw.optional.')) {
      if (value === '1') found.add((name.split('.').at(-1) as string).toLowerCase())
    } else for (const word of value.toLowerCase().split(/\s+/)) found.add(word)
  }
  return found
}

/** Set by `--as-avx2` and `--as-avx-vnni`: programs see fewer features than there are. */
const SHOWN: Record<string, { name: string; hidden: RegExp }> = {
  avx2: { name: 'AVX2 only', hidden: /^avx(512|_vnni)/ },
  'avx-vnni': { name: 'AVX2 and AVX-VNNI', hidden: /^avx512/ },
}
const shownAs = SHOWN[process.env.BENCH_PROCESSOR ?? '']

function readFlags(): ReadonlySet<string> | null {
  try {
    if (process.platform === 'linux') {
      const flags = [...flagsOf(readFileSync('/proc/cpuinfo', 'utf8'))]
      return new Set(flags.filter((flag) => !shownAs?.hidden.test(flag)))
    }
    if (process.platform !== 'darwin') return null
    return sysctlFlagsOf(execFileSync('sysctl', ['hw.optional', 'machdep.cpu'], { encoding: 'utf8' }))
  } catch {
    return null
  }
}

/** The machine that measurements apply to: cores, processor and its features, Node. */
export function machine(): string {
  const features = featuresOf(readFlags())
  const lacks = features && features.lacks.length > 0 ? `without ${features.lacks.join(', ')}` : null
  const list = features ? [features.has.join(', '), lacks].filter(Boolean).join('; ') : 'features unknown'
  const shown = shownAs ? `, as if with ${shownAs.name}` : ''
  return `${cpus().length} × ${cpus()[0]?.model.trim()}${shown} (${list}), Node ${process.versions.node}`
}

/** A line if INT8 models are slow on this machine; otherwise null. */
export function slowForInt8(): string | null {
  return featuresOf(readFlags())?.int8 === false
    ? 'INT8 models run about four times slower here than with VNNI or a dot product. See docs/performance.md'
    : null
}
