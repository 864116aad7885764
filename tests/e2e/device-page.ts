import type { Page } from '@playwright/test'
import { failOnPageErrors, waitForHydration } from './browser-page'

/** The runtime and a model are loaded and compiled first, on a machine that runs other tests meanwhile. */
export const LOADED = { timeout: 90_000 }

/** The model's file. */
export const GRAPH = '**/api/models/*/graph'

/** Opens the classify page with the fast model on the visitor's device. */
export async function openOnDevice(page: Page, query = '&device=browser'): Promise<void> {
  failOnPageErrors(page)
  await page.goto(`/?model=fast${query}`)
  await waitForHydration(page)
}

/** A message of the worker that runs models. */
export interface DeviceMessage {
  kind: string
  [key: string]: unknown
}

/** Records the messages of the workers that run models, from the next page on. */
export async function recordDevice(page: Page): Promise<{ messages(kind: string): Promise<DeviceMessage[]> }> {
  await page.addInitScript(() => {
    const messages: unknown[] = []
    const Native = Worker
    Object.assign(window, {
      messages,
      Worker: class extends Native {
        constructor(url: string | URL, options?: WorkerOptions) {
          super(url, options)
          this.addEventListener('message', ({ data }) => messages.push(data))
        }
      },
    })
  })
  return {
    messages: (kind) =>
      page.evaluate(
        (wanted) =>
          (window as unknown as { messages: DeviceMessage[] }).messages.filter((message) => message?.kind === wanted),
        kind,
      ),
  }
}
