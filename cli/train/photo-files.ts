import type { Evaluation } from '@/lib/shared/training/folder/evaluation'

/** The file of a photo that was embedded. */
export interface PhotoFile {
  file: string
  sha256: string
  labels: readonly string[]
}

/** The advice of an evaluation, with the files of the photos of this run. */
export function namedByFile({ suspicious, copies, multi_label }: Evaluation, files: readonly PhotoFile[]) {
  const bySha256 = new Map<string, PhotoFile[]>()
  for (const one of files) bySha256.set(one.sha256, [...(bySha256.get(one.sha256) ?? []), one])
  const filesOf = (sha256: string) => bySha256.get(sha256) ?? []
  return {
    suspicious: suspicious.map((one) => {
      const found = filesOf(one.sha256).find(({ labels }) => labels.includes(one.label))
      return { ...one, file: found?.file ?? null }
    }),
    multi_label: multi_label && {
      ...multi_label,
      doubtful: multi_label.doubtful.map((one) => ({ ...one, file: filesOf(one.sha256)[0]?.file ?? null })),
    },
    copies: copies.map((one) => ({
      ...one,
      files: [...new Set(one.sha256)].flatMap((sha256) => filesOf(sha256).map(({ file }) => file)),
    })),
  }
}
