/// <reference path="./.sst/platform/config.d.ts" />

// The deployment to AWS. infra/stages.ts defines the stages and infra/main.ts their resources. See docs/deploy-aws.md.
export default $config({
  async app(input) {
    const { stageOf } = await import('./infra/stages')
    const { releaseOf } = await import('./infra/settings')
    const { PROJECT } = await import('./lib/shared/deployment/parameters')
    const stage = stageOf(input.stage)
    // Refuse a shell with a different region before anything is read there.
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
