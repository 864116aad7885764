'use client'

import type { ModelDetails } from '@/lib/shared/contract/model-details'
import { AccuracyPlot } from './accuracy-plot'
import { ModelCard } from './model-card'
import { useLatencies } from './use-latencies'

interface ModelListProps {
  models: readonly ModelDetails[]
  /** Whether models can be trained on this server. */
  canTrain: boolean
}

/** The models in one plot, and each with its card. */
export function ModelList({ models, canTrain }: ModelListProps) {
  const latencies = useLatencies()
  return (
    <>
      <AccuracyPlot models={models} latencies={latencies} />
      <ul className="mt-5 grid gap-5 md:grid-cols-2 lg:grid-cols-3">
        {models.map((model) => (
          <li key={model.id} className="flex min-w-0">
            <ModelCard
              model={model}
              canTrain={canTrain}
              latency={latencies.of[model.id]}
              onMeasure={() => void latencies.measure(model)}
            />
          </li>
        ))}
      </ul>
    </>
  )
}
