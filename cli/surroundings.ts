/** Where the command stands: the project's root, and how much of the machine it may use. */
export interface Surroundings {
  root: string
  maxPixels: number
  defaultWorkers: () => Promise<number>
}
