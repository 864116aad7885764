import { Camera } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { embedPhoto } from '@/lib/client/training/embed-photo'
import { type HeadPrediction, predict } from '@/lib/client/training/predict'
import { fitsHead, type Head } from '@/lib/shared/training/head'
import { Button } from '../ui/button'
import { HeadResult } from './head-result'
import { useRecorder, WebcamView } from './webcam-view'

interface TryWebcamProps {
  base: string
  head: Head
  /** A photo to look at longer. */
  onFile(file: File): void
  onClose(): void
}

/** After a failure, the next frame is tried this much later (milliseconds). */
const RETRY_MS = 1000

/** The webcam with the model's answer to each frame, one at a time. */
export function TryWebcam({ base, head, onFile, onClose }: TryWebcamProps) {
  const t = useTranslations('camera')
  const { video, recorder, state } = useRecorder()
  const [result, setResult] = useState<HeadPrediction | null>(null)
  const current = useRef(head)
  current.current = head
  const running = state.name === 'running'
  useEffect(() => {
    if (!running || !recorder) return
    const controller = new AbortController()
    const { signal } = controller
    const showFrame = async (frame: File) => {
      const photo = await embedPhoto(frame, base, signal)
      if (fitsHead(current.current, photo)) setResult(predict(current.current, photo))
    }
    const pause = () => new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    async function watch(): Promise<void> {
      while (!signal.aborted) await recorder?.frame().then(showFrame).catch(pause)
    }
    void watch()
    return () => controller.abort()
  }, [running, recorder, base])
  async function capture(): Promise<void> {
    const frame = await recorder?.frame().catch(() => null)
    if (frame) onFile(frame)
  }
  return (
    <div className="mt-3">
      <WebcamView
        video={video}
        recorder={recorder}
        state={state}
        onFiles={([file]) => file && onFile(file)}
        onClose={onClose}
      >
        {running && (
          <div className="absolute right-3 bottom-3">
            <Button variant="primary" onClick={() => void capture()}>
              <Camera aria-hidden /> {t('shoot')}
            </Button>
          </div>
        )}
      </WebcamView>
      {running && result && <HeadResult result={result} />}
    </div>
  )
}
