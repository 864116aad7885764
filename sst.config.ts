/// <reference path="./.sst/platform/config.d.ts" />

// The deployment to AWS. What a stage is stands in infra/stages.ts, what it is made of in infra/main.ts; docs/deploy-aws.md says how to use it.
export default $config({
  async app(input) {
    const { stageOf } = await import('./infra/stages')
    const { readSettings } = await import('./infra/settings')
    const stage = stageOf(input.stage)
    const { project, region } = readSettings(stage)
    return {
      name: project,
      home: 'aws',
      removal: stage.removal,
      protect: stage.protect,
      providers: {
        aws: {
          region: region as never,
          defaultTags: { tags: { Project: project, Stage: stage.name, ManagedBy: 'sst' } },
        },
      },
    }
  },
  async run() {
    const { createStage } = await import('./infra/main')
    return createStage()
  },
})
