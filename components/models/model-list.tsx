'use client'

import type { ModelDetails } from '@/lib/shared/contract/model-details'
import { AccuracyPlot } from './accuracy-plot'
import { ModelCard } from './model-card'
import { useLatencies } from './use-latencies'

interface ModelListProps {
  models: readonly ModelDetails[]
  /** Whether models can be trained on this server. */
  canTrain: boolean
  /** Whether the models run in this browser. */
  here: boolean
}

/** The models in one plot, and each with its card. */
export function ModelList({ models, canTrain, here }: ModelListProps) {
  const latencies = useLatencies(here)
  return (
    <>
      <AccuracyPlot models={models} latencies={latencies} here={here} />
      <ul className="mt-5 grid gap-5 md:grid-cols-2 lg:grid-cols-3">
        {models.map((model) => (
          <li key={model.id} className="flex min-w-0">
            <ModelCard
              model={model}
              canTrain={canTrain}
              here={here}
              latency={latencies.of[model.id]}
              onMeasure={() => void latencies.measure(model)}
            />
          </li>
        ))}
      </ul>
    </>
  )
}
