import Link from 'next/link'

export default function NotFound() {
  return (
    <main className="mx-auto max-w-[1120px] px-4 py-24 text-center">
      <h1 className="font-semibold text-xl tracking-tight">There is nothing here</h1>
      <p className="mt-3 text-ink-2">The address may be mistyped, or the page may have moved.</p>
      <Link href="/" className="mt-6 inline-block font-medium text-accent underline underline-offset-4">
        Classify a photo
      </Link>
    </main>
  )
}
