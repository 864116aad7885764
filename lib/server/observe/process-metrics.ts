import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client'

/** Build information. */
export interface Build {
  version: string
  /** Absent without an engine. */
  onnxruntime?: string
}

/**
 * Library gauges that are named like counters. They are sums over the labels of the gauge without `_total`, so
 * removing them loses nothing.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/** Adds `process_…` and `nodejs_…`, the usual metrics of a Node process, and `vision_build_info`. */
export function addProcessFigures(registry: Registry, { version, onnxruntime = '' }: Build): void {
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  new Gauge({
    name: 'vision_build_info',
    help: 'Always 1; the labels contain the versions.',
    labelNames: ['version', 'node', 'onnxruntime'],
    registers: [registry],
  }).set({ version, node: process.versions.node, onnxruntime }, 1)
}
