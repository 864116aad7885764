import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

interface NoticeProps {
  icon: LucideIcon
  title: string
  /** Whether the visitor has nothing to do. */
  calm?: boolean
  children: ReactNode
}

export function Notice({ icon: Icon, title, calm = false, children }: NoticeProps) {
  return (
    <div role="status" className="mt-3 flex items-start gap-3 rounded-card bg-sunk px-4 py-3 text-sm">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${calm ? 'text-ink-3' : 'text-warn'}`} />
      <div className="min-w-0">
        <p className="font-semibold">{title}</p>
        <div className="mt-0.5 text-pretty text-ink-2">{children}</div>
      </div>
    </div>
  )
}
