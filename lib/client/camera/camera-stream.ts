export type CameraError = 'denied' | 'missing' | 'inUse' | 'insecure'

/** Which camera of a phone. */
export type Facing = 'environment' | 'user'

/** Turns a camera on. @throws DOMException, which `cameraError` explains */
export async function openStream(facingMode: Facing): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new DOMException('', 'SecurityError')
  const video = { facingMode, width: { ideal: 1280 }, height: { ideal: 960 } }
  return navigator.mediaDevices.getUserMedia({ video, audio: false })
}

/** Whether the browser will ask the visitor; false where browsers don't say. */
export async function asksForPermission(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: 'camera' })).state === 'prompt'
  } catch {
    return false
  }
}

/** Turns the camera off. */
export function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** Why there is no picture. Maps error names of W3C Media Capture and Streams, section 10.6. */
export function cameraError(error: unknown): CameraError {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError') return 'denied'
  if (name === 'SecurityError') return 'insecure'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'inUse'
}

/**
 * Resolves with the next frame of a video. Never resolves if the camera is turned off in the meantime, when nothing waits
 * for it anymore.
 */
export function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(() => resolve())
    else requestAnimationFrame(() => resolve())
  })
}
