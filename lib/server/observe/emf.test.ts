import { expect, test } from 'vitest'
import { EmfWriter } from './emf'
import { Samples } from './samples'

function writer() {
  const lines: string[] = []
  const emf = new EmfWriter({
    namespace: 'vision-classifier',
    dimensions: { Environment: 'dev', Service: 'web' },
    gauges: async () => ({ QueuePhotos: [7, 'Count'] }),
    write: (line) => lines.push(line),
    everyMs: 60_000,
  })
  return { emf, last: () => JSON.parse(lines.at(-1) ?? 'null') }
}

test('writes CloudWatch’s format: each listed metric has a value at the root', async () => {
  const { emf, last } = writer()
  emf.request('/api/classify', 200, 12)
  emf.request('/api/classify', 429, 1)
  emf.request('/', 500, 3)
  emf.request('/health/ready', 503, 1)
  emf.photo({ queue_ms: 1, decode_ms: 2, run_ms: 3 })
  await emf.close()
  const line = last()
  const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics
  expect([Namespace, Dimensions]).toEqual(['vision-classifier', [['Environment', 'Service']]])
  expect([line.Environment, line.Service]).toEqual(['dev', 'web'])
  expect(Math.abs(Date.now() - line._aws.Timestamp)).toBeLessThan(10_000)
  for (const { Name } of Metrics) expect([Name, line[Name]]).toEqual([Name, expect.anything()])
  expect(line).toMatchObject({ Requests: 3, ClientErrors: 1, ServerErrors: 1, Refusals: 1, Photos: 1, QueuePhotos: 7 })
  expect([line.RequestTime, line.QueueTime, line.DecodeTime, line.RunTime]).toEqual([[1, 3, 12], [1], [2], [3]])
})

test('each line covers the time since the last one, without empty or too long lists', async () => {
  const { emf, last } = writer()
  for (let i = 0; i < 1000; i++) emf.request('/', 200, i)
  await emf.flush()
  const { RequestTime, Requests } = last()
  expect([Requests, RequestTime.length, RequestTime[0], RequestTime.at(-1)]).toEqual([1000, 100, 0, 999])
  expect(RequestTime[49]).toBeCloseTo(494, -1)
  await emf.close()
  const { Metrics } = last()._aws.CloudWatchMetrics[0]
  expect(last().Requests).toBe(0)
  expect(Metrics.map(({ Name }: { Name: string }) => Name)).not.toContain('RequestTime')
})

test('keeps a uniform sample of more durations than it has room for', () => {
  const samples = new Samples(200)
  for (let i = 0; i < 20_000; i++) samples.add(i)
  const taken = samples.take(100)
  const mean = taken.reduce((sum, value) => sum + value, 0) / taken.length
  expect(mean).toBeGreaterThan(8_000)
  expect(mean).toBeLessThan(12_000)
})
