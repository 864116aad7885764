import type { Metadata } from 'next'
import { GalleryGrid } from '@/components/gallery/gallery-grid'
import { galleryPageData, offers } from '@/lib/server/pages/page-data'
import { translation } from '../translation'

// The predictions depend on the installed model, which can change while the server runs.
export const dynamic = 'force-dynamic'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('meta.gallery.title'), description: t('meta.gallery.description') }
}

export default async function Page() {
  const { t } = await translation()
  const [pictures, { server }] = await Promise.all([galleryPageData(), offers()])
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 pt-6 pb-20 outline-none xl:px-0">
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('gallery.title')}</h1>
      <p className="mt-2 max-w-[68ch] text-ink-2">{t(server ? 'gallery.lead' : 'gallery.leadHere')}</p>
      <GalleryGrid pictures={pictures} results={server} />
    </main>
  )
}
