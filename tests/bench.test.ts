import { expect, test } from 'vitest'
import { featuresOf, flagsOf, sysctlFlagsOf } from '../bench/machine'

// Lines from real machines, shortened.
const GENOA = flagsOf('model name\t: AMD EPYC\nflags\t\t: fpu avx avx2 avx512f avx512dq avx512_bf16 avx512_vnni\n')
const MILAN = flagsOf('model name\t: AMD EPYC 7763\nflags\t\t: fpu avx fma avx2 bmi2 sha_ni vaes\n')
const ALDER_LAKE = flagsOf('flags\t\t: fpu avx avx2 avx_vnni\n')
const GRAVITON2 = flagsOf('processor\t: 0\nFeatures\t: fp asimd evtstrm aes crc32 atomics asimddp\n')
const PI4 = flagsOf('Features\t: fp asimd evtstrm crc32 cpuid\n')
const CASCADE_LAKE_MAC = 'machdep.cpu.features: FPU AVX1.0\nmachdep.cpu.leaf7_features: AVX2 AVX512F AVX512VNNI\n'
const APPLE_M2 =
  'hw.optional.AdvSIMD: 1\nhw.optional.arm.FEAT_DotProd: 1\nhw.optional.arm.FEAT_I8MM: 1\nhw.optional.avx2_0: 0\n'
const APPLE_WITHOUT = 'hw.optional.arm.FEAT_DotProd: 0\n'

test.each([
  ['AMD Genoa', GENOA, 'x64', ['AVX2', 'AVX-512', 'AVX-512 VNNI'], ['AVX-VNNI'], true],
  ['AMD Milan', MILAN, 'x64', ['AVX2'], ['AVX-512', 'AVX-512 VNNI', 'AVX-VNNI'], false],
  ['Intel Alder Lake', ALDER_LAKE, 'x64', ['AVX2', 'AVX-VNNI'], ['AVX-512', 'AVX-512 VNNI'], true],
  ['an Intel Mac', sysctlFlagsOf(CASCADE_LAKE_MAC), 'x64', ['AVX2', 'AVX-512', 'AVX-512 VNNI'], ['AVX-VNNI'], true],
  ['Graviton 2', GRAVITON2, 'arm64', ['NEON', 'NEON dot product'], ['I8MM'], true],
  ['Raspberry Pi 4', PI4, 'arm64', ['NEON'], ['NEON dot product', 'I8MM'], false],
  ['Apple M2', sysctlFlagsOf(APPLE_M2), 'arm64', ['NEON', 'NEON dot product', 'I8MM'], [], true],
  ['none', sysctlFlagsOf(APPLE_WITHOUT), 'arm64', [], ['NEON', 'NEON dot product', 'I8MM'], false],
] as const)('%s: reports the features that matter for INT8', (_name, words, arch, has, lacks, int8) => {
  expect(featuresOf(words, arch)).toEqual({ has, lacks, int8 })
})

test('does not guess features that the system does not report', () => {
  expect(featuresOf(null, 'x64')).toBeNull()
  expect(featuresOf(GENOA, 'riscv64')).toBeNull()
})
