/// <reference path="./.sst/platform/config.d.ts" />

// Type-checked by infra/tsconfig.json after `sst install`, which writes the types that this file refers to.
export default $config({
  app(input) {
    return {
      name: 'vision-object-classifier',
      home: 'aws',
      removal: input?.stage === 'production' ? 'retain' : 'remove',
      protect: input?.stage === 'production',
    }
  },
  async run() {},
})
