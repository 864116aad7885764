import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client'

/** What runs here. */
export interface Build {
  version: string
  /** Absent where there is no engine. */
  onnxruntime?: string
}

/**
 * Gauges of the library that have the name of a counter. They are sums over the labels of the gauge of the same name without
 * `_total`, so nothing is lost with them.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/** `process_…` and `nodejs_…` of the server process, as every Node program has them, and `vision_build_info`. */
export function addProcessFigures(registry: Registry, { version, onnxruntime = '' }: Build): void {
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  new Gauge({
    name: 'vision_build_info',
    help: 'Always 1; its labels say what runs.',
    labelNames: ['version', 'node', 'onnxruntime'],
    registers: [registry],
  }).set({ version, node: process.versions.node, onnxruntime }, 1)
}
