import type { Metadata } from 'next'
import { GalleryGrid } from '@/components/gallery/gallery-grid'
import { galleryPageData } from '@/lib/server/pages'

// The answers are the installed model's.
export const dynamic = 'force-dynamic'

export const metadata: Metadata = {
  title: 'Gallery',
  description: 'Photos to try, with what the installed model says of each. One click opens a photo in the demo.',
}

export default async function Page() {
  const pictures = await galleryPageData()
  return (
    <main className="mx-auto max-w-[1120px] px-4 pt-6 pb-20 xl:px-0">
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">Gallery</h1>
      <p className="mt-2 max-w-[68ch] text-ink-2">
        Photos to try, with what the model here says of each. Two show nothing that its labels name: see how it says so.
      </p>
      <GalleryGrid pictures={pictures} />
    </main>
  )
}
