/** What a plugin of Swagger UI gets: its own copy of React, and its components by name. */
interface SwaggerSystem {
  React: typeof import('react')
  getComponent(name: string, container: boolean): import('react').ComponentType
}

const nothing = () => () => null

/**
 * Only the operations: the page has the title, there is one server, and a second `main` within the page's own would
 * mislead screen readers.
 */
export function framePlugin({ React, getComponent }: SwaggerSystem) {
  // biome-ignore lint/correctness/noComponentHookFactories: Swagger UI calls this once, and brings its own React
  function Frame() {
    const [Icons, Errors, Operations] = ['SvgAssets', 'errors', 'operations'].map((name) => getComponent(name, true))
    const parts = [Icons, Errors, Operations].map((part, key) => part && React.createElement(part, { key }))
    return React.createElement('div', { className: 'swagger-ui' }, ...parts)
  }
  return { components: { Frame }, wrapComponents: { authorizeOperationBtn: nothing } }
}
