/// <reference path="./.sst/platform/config.d.ts" />

// The deployment to AWS. What a stage is stands in infra/stages.ts, what it is made of in infra/main.ts; docs/deploy-aws.md says how to use it.
export default $config({
  async app(input) {
    const { stageOf } = await import('./infra/stages')
    const { releaseOf } = await import('./infra/settings')
    const { PROJECT } = await import('./lib/shared/deployment/parameters')
    const stage = stageOf(input.stage)
    // A shell that says another region is refused before anything is read there.
    releaseOf(stage)
    return {
      name: PROJECT,
      home: 'aws',
      removal: stage.removal,
      protect: stage.protect,
      providers: {
        aws: {
          region: stage.region as never,
          defaultTags: { tags: { Project: PROJECT, Stage: stage.name, ManagedBy: 'sst' } },
        },
      },
    }
  },
  async run() {
    const { createStage } = await import('./infra/main')
    return createStage()
  },
})
