import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const LIBRARY = resolve('.cache/bench-processor/avx2.so')

/**
 * Variables with which a process and its children take a processor with AVX-512 for one that only has AVX2. Exits with
 * one line where this isn't possible: it takes Linux on x86, a kernel and a processor that can intercept CPUID, and gcc.
 *
 * @returns {Record<string, string>}
 */
export function asAvx2() {
  const flags = process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : ''
  if (!/\bcpuid_fault\b/.test(flags)) fail('needs Linux on an x86 processor that can intercept CPUID (cpuid_fault)')
  mkdirSync(resolve(LIBRARY, '..'), { recursive: true })
  const options = ['-shared', '-fPIC', '-O2', '-o', LIBRARY, resolve('bench/processor/avx2.c'), '-ldl']
  if (!['gcc', 'cc'].some((compiler) => spawnSync(compiler, options, { stdio: 'inherit' }).status === 0))
    fail('needs a C compiler (gcc or cc)')
  return { LD_PRELOAD: LIBRARY, BENCH_PROCESSOR: 'avx2' }
}

/** @returns {never} */
function fail(reason) {
  console.error(`--as-avx2 ${reason}`)
  process.exit(1)
}
