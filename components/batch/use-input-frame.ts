import { useEffect, useState } from 'react'
import { fetchInputArea } from '@/lib/client/api/classify'
import { runHere } from '@/lib/client/device/run-here'
import type { Area } from '@/lib/shared/crop/crop'
import type { ResultRow } from '@/lib/shared/results/columns'

/** A photo that the visitor only passes by isn't sent. */
const STILL_MS = 500

/** By model and size of the photo, which decide it. */
const known = new Map<string, Area>()

interface Framed {
  area: Area
  image: { width: number; height: number }
}

/**
 * What the model saw of a photo that it got wrong: the first question is whether it saw what the label is about. Null for
 * other photos, without the file, and until it is known.
 *
 * @param model the one of the row, or with its labels in words (`formatChoice`)
 * @param here whether this browser tells, and not the server
 */
export function useInputFrame(
  file: Blob | null | undefined,
  row: ResultRow | null,
  model: string,
  here: boolean,
): Framed | null {
  const { width, height } = row ?? {}
  const key = `${model} ${width} ${height}`
  const wanted = row?.correct === false && file ? file : null
  const [, setFound] = useState<string | null>(null)
  useEffect(() => {
    if (!wanted || known.has(key)) return
    const stop = new AbortController()
    const ask = async () => {
      known.set(key, await (here ? inputAreaHere : fetchInputArea)(wanted, { model, signal: stop.signal }))
      setFound(key)
    }
    // Without an answer, the photo has no frame.
    const timer = setTimeout(() => void ask().catch(() => {}), STILL_MS)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [wanted, model, key, here])
  const area = wanted && known.get(key)
  return area && width && height ? { area, image: { width, height } } : null
}

/** @throws Failure */
async function inputAreaHere(file: Blob, call: { model: string; signal: AbortSignal }): Promise<Area> {
  const nothing = () => {}
  const { area } = await runHere(file, { ...call, topK: 1, onProgress: nothing, onUploaded: nothing })
  return area
}
