import type { Metadata } from 'next'
import { AboutSection } from '@/components/about/about-section'
import { appFacts, notices } from '@/lib/server/pages/about'
import { privacyFacts } from '@/lib/server/pages/page-data'
import { translation } from '../translation'

// What is stored depends on the server's options.
export const dynamic = 'force-dynamic'

const APACHE = 'https://www.apache.org/licenses/LICENSE-2.0'
const LINK = 'text-accent underline underline-offset-4'

export async function generateMetadata(): Promise<Metadata> {
  const { t } = await translation()
  return { title: t('meta.about.title'), description: t('meta.about.description') }
}

type Translator = Awaited<ReturnType<typeof translation>>['t']
type Facts = Awaited<ReturnType<typeof privacyFacts>>

/** What the server does with photos and results. */
function onServer(t: Translator, { batches, feedback, training, urlInput, server: runs }: Facts): string[] {
  if (!runs) return [t('about.onlyHere'), t('about.logsHere'), t('about.elsewhere')]
  return [
    t('about.memory'),
    ...(batches ? [t('about.batches', { hours: batches.retentionHours })] : []),
    ...(training ? [t('about.training', { hours: training.hours === null ? 'none' : String(training.hours) })] : []),
    ...(feedback ? [t('about.feedback', { days: feedback.days, photos: feedback.photos ? 'yes' : 'no' })] : []),
    ...(urlInput ? [t('about.urls')] : []),
    t('about.logs'),
    t('about.elsewhere'),
  ]
}

export default async function Page() {
  const { t } = await translation()
  const [{ version, source }, notice, facts] = await Promise.all([appFacts(), notices(), privacyFacts()])
  const { batches, trains, session, ownModels, server } = facts
  const browser = [
    t('about.tabs'),
    t('about.history'),
    ...(batches ? [t('about.batchList')] : []),
    ...(trains ? [t('about.trainingDraft')] : []),
    ...(ownModels ? [t('about.ownModels')] : []),
    t('about.settings', { session: session ? 'yes' : 'no' }),
    ...(session ? [t('about.session')] : []),
  ]
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[47.5rem] px-4 pt-6 pb-20 outline-none">
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('about.title')}</h1>
      <AboutSection id="server" title={t('about.onServer')} points={onServer(t, facts)} />
      <AboutSection id="browser" title={t('about.inBrowser')} points={browser} />
      <AboutSection
        id="links"
        title={t('about.inLinks')}
        points={[t('about.shared'), ...(batches && server ? [t('about.batchLinks')] : [])]}
      />
      <AboutSection id="license" title={t('about.license')} points={[]}>
        <p className="mt-3 text-ink-2">
          {t('about.licensed', { version })}{' '}
          <a href={APACHE} rel="license noreferrer" translate="no" className={LINK}>
            Apache License 2.0
          </a>
          .
        </p>
        {source !== null && (
          <p className="mt-2 break-words">
            <a href={source} rel="noreferrer" translate="no" className={LINK}>
              {source}
            </a>
          </p>
        )}
        <details className="mt-4 text-sm">
          <summary className="cursor-pointer font-medium text-ink-2 hover:text-ink">{t('about.notices')}</summary>
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
            tabIndex={0}
            lang="en"
            className="mt-3 overflow-x-auto whitespace-pre-wrap rounded-card bg-sunk p-4 font-mono text-xs [overflow-wrap:anywhere]"
          >
            {notice}
          </pre>
        </details>
      </AboutSection>
    </main>
  )
}
