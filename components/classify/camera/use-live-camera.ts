import { type RefObject, useEffect, useRef, useState } from 'react'
import { LiveCamera, type LiveState } from '@/lib/client/camera/live-camera'

/** A live camera for as long as the component is mounted. */
export function useLiveCamera(video: RefObject<HTMLVideoElement | null>, model: string) {
  const [camera, setCamera] = useState<LiveCamera | null>(null)
  const [state, setState] = useState<LiveState>({ name: 'starting' })
  const currentModel = useRef(model)
  currentModel.current = model
  useEffect(() => {
    if (!video.current) return
    const live = new LiveCamera(video.current, () => currentModel.current)
    setCamera(live)
    const unsubscribe = live.subscribe(() => setState(live.snapshot()))
    void live.start()
    return () => {
      unsubscribe()
      live.close()
    }
  }, [video])
  return { camera, state }
}
