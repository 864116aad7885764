/** The listeners that SST makes for a service, which it gives nobody. */
export interface Listeners {
  /** All of them, once they are there. */
  made: Promise<$util.Resource[]>
  /** For the options of each. */
  gather(options: $util.CustomResourceOptions): void
}

/**
 * Gathers a service's listeners while SST makes them, so that the service can wait for them: ECS refuses a target group that no listener sends to ("does not have an
 * associated load balancer").
 *
 * @param count how many there will be
 */
export function gatherListeners(count: number): Listeners {
  const listeners: $util.Resource[] = []
  let complete: (all: $util.Resource[]) => void
  const made = new Promise<$util.Resource[]>((resolve) => {
    complete = resolve
  })
  return {
    made,
    gather(options) {
      const remember: $util.ResourceTransformation = ({ resource }) => {
        listeners.push(resource)
        if (listeners.length === count) complete(listeners)
        return undefined
      }
      options.transformations = [...(options.transformations ?? []), remember]
    },
  }
}
