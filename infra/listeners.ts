/** The listeners that SST creates for a service but doesn't expose. */
export interface Listeners {
  /** All listeners, once they exist. */
  created: Promise<$util.Resource[]>
  /** Call with the options of each listener. */
  collect(options: $util.CustomResourceOptions): void
}

/**
 * Collects the listeners of a service while SST creates them, so that the service can depend on them. ECS refuses a
 * target group that no listener forwards to ("does not have an associated load balancer").
 *
 * @param count number of listeners
 */
export function collectListeners(count: number): Listeners {
  const listeners: $util.Resource[] = []
  let complete: (all: $util.Resource[]) => void
  const created = new Promise<$util.Resource[]>((resolve) => {
    complete = resolve
  })
  return {
    created,
    collect(options) {
      const remember: $util.ResourceTransformation = ({ resource }) => {
        listeners.push(resource)
        if (listeners.length === count) complete(listeners)
        return undefined
      }
      options.transformations = [...(options.transformations ?? []), remember]
    },
  }
}
