import { type RefObject, useEffect, useRef, useState } from 'react'
import { LiveCamera, type LiveState } from '@/lib/client/camera/live-camera'

/**
 * A live camera for as long as the component is mounted.
 *
 * @param here whether frames are classified in this browser
 */
export function useLiveCamera(video: RefObject<HTMLVideoElement | null>, model: string, here: boolean) {
  const [camera, setCamera] = useState<LiveCamera | null>(null)
  const [state, setState] = useState<LiveState>({ name: 'starting' })
  const current = useRef({ model, here })
  current.current = { model, here }
  useEffect(() => {
    if (!video.current) return
    const live = new LiveCamera(
      video.current,
      () => current.current.model,
      () => current.current.here,
    )
    setCamera(live)
    const unsubscribe = live.subscribe(() => setState(live.snapshot()))
    void live.start()
    return () => {
      unsubscribe()
      live.close()
    }
  }, [video])
  // biome-ignore lint/correctness/useExhaustiveDependencies: it depends on them, because they end the frame
  useEffect(() => camera?.skipFrame(), [camera, model, here])
  return { camera, state }
}
