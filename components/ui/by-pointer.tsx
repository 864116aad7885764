import type { ReactNode } from 'react'

/** Text for a mouse and text for a finger: phones can't drop files. Both are in the page, one is displayed. */
export function ByPointer({ fine, coarse }: { fine: ReactNode; coarse: ReactNode }) {
  return (
    <>
      <span className="pointer-coarse:hidden">{fine}</span>
      <span className="hidden pointer-coarse:inline">{coarse}</span>
    </>
  )
}
