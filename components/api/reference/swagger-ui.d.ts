/** What this project uses of Swagger UI, which has no types of its own. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface SwaggerUIOptions {
    domNode: HTMLElement
    url: string
    plugins?: unknown[]
    [option: string]: unknown
  }
  const SwaggerUIBundle: {
    (options: SwaggerUIOptions): unknown
    presets: { apis: unknown }
  }
  export default SwaggerUIBundle
}
