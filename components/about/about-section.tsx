import type { ReactNode } from 'react'

interface AboutSectionProps {
  /** For links to this section. */
  id: string
  title: string
  points: readonly string[]
  children?: ReactNode
}

/** A section of facts about this site. */
export function AboutSection({ id, title, points, children }: AboutSectionProps) {
  return (
    <section aria-labelledby={id} className="mt-10">
      <h2 id={id} className="scroll-mt-6 font-semibold text-lg">
        {title}
      </h2>
      {points.length > 0 && (
        <ul className="mt-3 grid list-disc gap-2 pl-5 text-ink-2 marker:text-ink-3">
          {points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      )}
      {children}
    </section>
  )
}
