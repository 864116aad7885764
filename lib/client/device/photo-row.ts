import { topKOf } from '@/lib/shared/contract/top-k'
import { Problem } from '@/lib/shared/problems/problem'
import { classifiedRow, failedRow, type ModelName, type ResultRow } from '@/lib/shared/results/columns'
import { FILE_UNREADABLE } from '../api/failure'
import type { DeviceSession } from './device-session'
import { sha256 } from './digest'
import { NOT_ON_DEVICE } from './failures'
import type { RowRequest } from './protocol'

/** A photo of a batch, read before its turn, or why it can't be read. */
export type ReadPhoto = { bytes: Uint8Array<ArrayBuffer>; sha256: string } | { unreadable: true }

/** Reads a photo of a batch. Never rejects. */
export async function readPhoto(file: Blob): Promise<ReadPhoto> {
  try {
    const bytes = new Uint8Array(await file.arrayBuffer())
    return { bytes, sha256: await sha256(bytes) }
  } catch {
    // It was moved, changed, or deleted.
    return { unreadable: true }
  }
}

/**
 * Classifies a photo of a batch and returns its row, with the server's code and words if it failed.
 *
 * @throws whatever isn't the photo's fault
 */
export async function photoRow(
  { name, topK, threshold }: Pick<RowRequest, 'name' | 'topK' | 'threshold'>,
  photo: ReadPhoto,
  session: DeviceSession,
): Promise<ResultRow> {
  const { model } = session
  if ('unreadable' in photo) return unreadableRow({ file: name, bytes: null }, model)
  const { bytes, sha256 } = photo
  const known = { file: name, bytes: bytes.byteLength, sha256 }
  try {
    const result = await session.classify(bytes, { ...topKOf(topK ?? undefined), crop: null })
    const predictions = result.predictions.filter(({ score }) => score >= threshold)
    return classifiedRow(known, { ...result, predictions })
  } catch (error) {
    if (error instanceof Problem) return failedRow(known, model, error)
    if (error === NOT_ON_DEVICE)
      return failedRow(known, model, { code: NOT_ON_DEVICE.code, detail: 'TIFF can only be read on the server.' })
    throw error
  }
}

/** The row of a photo whose file can't be read. */
export function unreadableRow(file: { file: string; bytes: number | null }, model: ModelName): ResultRow {
  return failedRow({ ...file, sha256: null }, model, { code: FILE_UNREADABLE.code, detail: '' })
}

export function isUnreadable({ error_code }: ResultRow): boolean {
  return error_code === FILE_UNREADABLE.code
}
