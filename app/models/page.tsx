import type { Metadata } from 'next'
import { AddModel } from '@/components/models/add-model'
import { LabelSearch } from '@/components/models/label-search'
import { ModelCard } from '@/components/models/model-card'
import { modelsPageData } from '@/lib/server/pages'

// Which models serve is a fact of the moment.
export const dynamic = 'force-dynamic'

export const metadata: Metadata = {
  title: 'Models',
  description: 'The models of this server side by side: accuracy, calibration, speed on this machine, labels, licence.',
}

export default async function Page() {
  const models = await modelsPageData()
  return (
    <main className="mx-auto max-w-[1120px] px-4 pt-6 pb-20 xl:px-0">
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">Models</h1>
      <p className="mt-2 max-w-[68ch] text-ink-2">
        What answers here, how often it is right, and whether its confidence can be believed. The figures were measured
        by <code className="font-mono text-sm">vision eval</code> and stand in each model’s card. Where the 95 % ranges
        overlap, these photos cannot say which model is better; the published figures, over 50,000 photos, can.
      </p>
      <ul className="mt-8 grid gap-5 md:grid-cols-2 lg:grid-cols-3">
        {models.map((model) => (
          <li key={model.id} className="flex min-w-0">
            <ModelCard model={model} />
          </li>
        ))}
      </ul>
      <LabelSearch
        models={models.filter(({ status }) => status !== 'failed').map(({ id, title }) => ({ id, title }))}
      />
      <AddModel />
    </main>
  )
}
