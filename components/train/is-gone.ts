import type { Failure } from '@/lib/client/api/failure'

/** Whether the server no longer has the model that a request was about: it was deleted elsewhere. */
export const isGone = ({ code }: Failure): boolean => code === 'unknown_model'
