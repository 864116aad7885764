/** Covers the page while files are dragged over it. */
export function DropOverlay({ visible, text }: { visible: boolean; text: string }) {
  if (!visible) return null
  return (
    <div
      aria-hidden
      className="pointer-events-none fixed inset-3 z-20 grid place-items-center rounded-2xl border-2 border-accent border-dashed bg-accent-soft/80"
    >
      <p className="rounded-2xl bg-card px-8 py-5 font-semibold text-accent text-xl tracking-tight shadow-card">
        {text}
      </p>
    </div>
  )
}
