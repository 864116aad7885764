/** Where the server stands in its life. One instance a process; the entry moves it on, the doors read it. */
export class Lifecycle {
  readonly started = Date.now()
  /** `leaving`: unready, still serving. `closing`: the listener is closed, what runs is finished. */
  phase: 'serving' | 'leaving' | 'closing' = 'serving'
}
