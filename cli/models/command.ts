import { join } from 'node:path'
import type { Command } from 'commander'
import { parseIndex } from '../classify/arguments'
import type { CommandContext } from '../program/context'
import { defaultDataDir } from '../program/data-dir'
import { add } from './add'
import { exportCard } from './card'
import { info, list } from './list'
import { push } from './push'
import { removeModel } from './remove'
import { verify } from './verify'

/** `vision models`: lists, installs and removes models. A running server notices changes within a second. */
export function modelsCommand(program: Command, context: CommandContext): void {
  const models = program
    .command('models')
    .description('List, pull, add, verify and remove models')
    .option('--models-dir <folder>', 'folder with the models', join(context.root, 'models'))
    .option('--data-dir <folder>', 'data folder of the server, with the custom models (default: DATA_DIR)')
  function modelsContext() {
    const { modelsDir, dataDir = defaultDataDir() } = models.opts<{ modelsDir: string; dataDir?: string }>()
    return { ...context, modelsDir, dataDir }
  }

  models
    .command('list')
    .description('List installed models and models that can be pulled')
    .option('--json', 'print JSON')
    .action((options) => list(modelsContext(), options))
  models
    .command('info')
    .description('Show details of a model')
    .argument('<model>', 'model type or id')
    .option('--json', 'print JSON')
    .action((name, options) => info(modelsContext(), name, options))
  models
    .command('export')
    .description('Export a custom model as one ONNX file that runs anywhere')
    .argument('<id>', 'id of the custom model')
    .requiredOption('--onnx <folder>', 'folder for the ONNX file and its labels')
    .action(async (id, options) => (await import('./export')).exportModel(modelsContext(), id, options))
  models
    .command('pull')
    .description(
      'Download a model from the Hugging Face Hub (uses HF_ENDPOINT and HF_TOKEN; resumes interrupted downloads)',
    )
    .argument('<model>', 'an id from `vision models list`, or owner/name[@revision]')
    .option('--as <id>', 'id of the installed model')
    .option('--force', 'replace an installed model')
    .action(async (name, options) => (await import('./pull')).pullModel(modelsContext(), name, options))
  models
    .command('add')
    .description('Install a model folder or an ONNX file, and show how it was interpreted')
    .argument('<folder or file.onnx>')
    .option('--as <id>', 'id of the installed model')
    .option('--labels <file>', 'labels file, one label per line in output order')
    .option('--size <pixels>', 'input size: 224 or HEIGHTxWIDTH')
    .option(
      '--crop <fraction>',
      'fraction of the shorter side to keep (for example 0.875), or squash to ignore the aspect ratio',
    )
    .option(
      '--mean <numbers>',
      'mean to subtract: one number or one per channel; values above 1 refer to pixels from 0 to 255',
    )
    .option('--std <numbers>', 'standard deviation to divide by')
    .option('--channels <order>', 'channel order: rgb or bgr')
    .option('--output <name>', 'output with the scores, if the model has several candidates')
    .option('--multi-label', 'any number of labels may apply to a photo (sigmoid)')
    .option('--background <index>', 'output that stands for none of the labels: 0 for the first', parseIndex)
    .option('--config <json>', 'path of config.json, if it is not next to the model')
    .option('--preprocessor <json>', 'path of preprocessor_config.json, if it is not next to the model')
    .option('--force', 'replace an installed model')
    .action((path, options) => add(modelsContext(), path, options))
  models
    .command('verify')
    .description('Verify the checksums of a model and run it (default: all models)')
    .argument('[model]', 'model type or id')
    .action((name) => verify(modelsContext(), name))
  models
    .command('remove')
    .description('Remove a model')
    .argument('<id>')
    .action((id) => removeModel(modelsContext(), id))
  models
    .command('push')
    .description('Upload the installed models to a bucket, for servers with MODELS_DIR=s3://…')
    .argument('<location>', 's3://bucket/models/; with --custom, the BUCKET of the servers: s3://bucket')
    .option('--custom <id>', 'upload this custom model instead, to the bucket that servers share')
    .action(async (place, { custom }) => {
      if (custom === undefined) return push(modelsContext(), place)
      return (await import('./push-custom')).pushCustom(modelsContext(), custom, place)
    })
  models
    .command('export-card')
    .description('Write the README.md of a model as a Hugging Face model card')
    .argument('<model>', 'model type or id')
    .option('--report <json>', 'report.json from `vision eval` (default: evaluation.json in the model folder)')
    .action((name, options) => exportCard(modelsContext(), name, options))
}
