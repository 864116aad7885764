/** What tests need of Puppeteer. */
interface FirefoxElement {
  uploadFile(...paths: string[]): Promise<void>
}

export interface FirefoxPage {
  goto(url: string): Promise<unknown>
  $(selector: string): Promise<FirefoxElement | null>
  evaluate<A, R>(work: (argument: A) => R | Promise<R>, argument: A): Promise<Awaited<R>>
  waitForFunction<A>(work: (argument: A) => unknown, options: { timeout: number }, argument: A): Promise<unknown>
  close(): Promise<void>
  on(event: 'pageerror', listener: (error: Error) => void): void
}

export interface Firefox {
  version(): Promise<string>
  newPage(): Promise<FirefoxPage>
  close(): Promise<void>
}

export function firefoxPath(): string | undefined
export function startFirefox(executablePath: string): Promise<Firefox>
