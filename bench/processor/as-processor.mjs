import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** Options of `npm run bench`, the kind of processor that each stands for, and how its library is built. */
const KINDS = { '--as-avx2': ['avx2'], '--as-avx-vnni': ['avx-vnni', '-DKEEP_AVX_VNNI'] }

/** @param {string} arg */
export const isProcessorOption = (arg) => Object.hasOwn(KINDS, arg)

/**
 * Variables with which a process and its children take a processor with AVX-512 for one that only has AVX2, or AVX2 and
 * AVX-VNNI. Exits with one line where this isn't possible: it takes Linux on x86, a kernel and a processor that can
 * intercept CPUID, and gcc.
 *
 * @param {keyof typeof KINDS} option
 * @returns {Record<string, string>}
 */
export function asProcessor(option) {
  const [kind, ...defined] = KINDS[option]
  const library = resolve(`.cache/bench-processor/${kind}.so`)
  const flags = process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : ''
  if (!/\bcpuid_fault\b/.test(flags))
    fail(option, 'needs Linux on an x86 processor that can intercept CPUID (cpuid_fault)')
  mkdirSync(resolve(library, '..'), { recursive: true })
  const options = ['-shared', '-fPIC', '-O2', ...defined, '-o', library, resolve('bench/processor/hide.c'), '-ldl']
  if (!['gcc', 'cc'].some((compiler) => spawnSync(compiler, options, { stdio: 'inherit' }).status === 0))
    fail(option, 'needs a C compiler (gcc or cc)')
  return { LD_PRELOAD: library, BENCH_PROCESSOR: kind }
}

/** @returns {never} */
function fail(option, reason) {
  console.error(`${option} ${reason}`)
  process.exit(1)
}
