import Link from 'next/link'
import { useTranslations } from 'use-intl'
import { type GalleryPicture, licenseName, licenseUrl } from '@/lib/shared/gallery/gallery'
import { confidence } from '@/lib/shared/results/confidence'
import { textMatches } from '@/lib/shared/search/label-search'
import { underBase } from '@/lib/shared/web/base-path'
import { useFormat } from '../ui/use-format'

const [WIDTH, HEIGHT] = [480, 360]

interface GalleryCardProps {
  picture: GalleryPicture
  /** Whether a server has results for the photos. */
  results: boolean
  /** What the visitor searches for; empty if nothing. */
  query: string
  /** Whether it's in the first row, and so the largest element that is painted early. */
  first: boolean
}

/** A gallery photo with the model's prediction and its credit. Clicking it opens the classify page. */
export function GalleryCard({ picture, results, query, first }: GalleryCardProps) {
  const { file, thumbnail, answer, shows } = picture
  const t = useTranslations('gallery')
  const numbers = useTranslations('answer')
  const format = useFormat()
  const label = answer?.label ?? shows
  // Without results, nothing but the label is below the photo, and it needn't be said twice.
  const alt = shows === null ? t('outsideAlt') : results ? shows : ''
  // A label that was found by another name says which.
  const name = query.trim() && answer?.synonyms.find((each) => textMatches(each, query))
  return (
    <article>
      <Link href={`/?photo=${encodeURIComponent(file)}`} prefetch={false} className="group block rounded-card">
        {/* biome-ignore lint/performance/noImgElement: small local files, in the sizes that are shown */}
        <img
          src={underBase(`/gallery/${thumbnail}`)}
          srcSet={`${underBase(`/gallery/${thumbnail.replace(/\.webp$/, '-320.webp')}`)} 320w, ${underBase(`/gallery/${thumbnail}`)} ${WIDTH}w`}
          sizes="(min-width: 1152px) 268px, (min-width: 1024px) 24vw, (min-width: 640px) 32vw, 46vw"
          lang={shows ? 'en' : undefined}
          alt={alt}
          width={WIDTH}
          height={HEIGHT}
          loading={first ? 'eager' : 'lazy'}
          fetchPriority={first ? 'high' : 'auto'}
          className="aspect-[4/3] w-full rounded-card bg-sunk object-cover transition-[filter] duration-150 group-hover:brightness-95"
        />
        <span className="mt-2.5 flex items-baseline gap-2">
          <span
            lang={label ? 'en' : undefined}
            className="mr-auto font-medium text-sm underline-offset-4 group-hover:underline"
          >
            {label ?? t('photo')}
          </span>
          {answer && (
            <span className="text-ink-2 text-xs tabular-nums">
              {numbers('percent', { value: format.percent(answer.score) })}
            </span>
          )}
        </span>
        {name && label && !textMatches(label, query) && (
          <span className="block text-ink-2 text-xs">
            {numbers.rich('alsoCalled', { names: () => <span lang="en">{name}</span> })}
          </span>
        )}
        {results && <Confidence answer={answer} />}
      </Link>
      <Credit picture={picture} />
    </article>
  )
}

function Confidence({ answer }: Pick<GalleryPicture, 'answer'>) {
  const t = useTranslations('gallery')
  const words = useTranslations('confidence')
  const level = answer && confidence(answer.score, answer.uncertain, answer.calibrated)
  return (
    <span className={answer?.uncertain ? 'block text-warn text-xs' : 'block text-ink-2 text-xs'}>
      {level === null ? t('noAnswer') : level === 'uncertain' ? t('unsure') : words(level)}
    </span>
  )
}

function Credit({ picture: { author, license, source } }: { picture: GalleryPicture }) {
  const t = useTranslations('gallery')
  const url = licenseUrl(license)
  const name = licenseName(license, t('publicDomain'))
  const link = 'underline decoration-line-2 underline-offset-2 hover:text-ink'
  return (
    <p translate="no" className="mt-1.5 text-ink-3 text-xs">
      {source.startsWith('https://') ? (
        <a href={source} rel="noreferrer" className={link}>
          {author}
        </a>
      ) : (
        <span title={source}>{author}</span>
      )}
      ,{' '}
      {url ? (
        <a href={url} rel="license noreferrer" className={link}>
          {name}
        </a>
      ) : (
        name
      )}
    </p>
  )
}
