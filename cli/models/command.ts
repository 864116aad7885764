import { join } from 'node:path'
import type { Command } from 'commander'
import type { CommandContext } from '../program/context'
import { add } from './add'
import { exportCard } from './card'
import { info, list } from './list'
import { pullModel } from './pull'
import { push } from './push'
import { removeModel } from './remove'
import { verify } from './verify'

/** `vision models`: which models there are, and how they come and go. A running server notices within a second. */
export function modelsCommand(program: Command, context: CommandContext): void {
  const models = program
    .command('models')
    .description('list, pull, add, check and remove models')
    .option('--models-dir <folder>', 'where the models are', join(context.root, 'models'))
  const modelsContext = () => ({ ...context, modelsDir: models.opts<{ modelsDir: string }>().modelsDir })

  models
    .command('list')
    .description('the models that are installed, and those that can be pulled')
    .option('--json', 'as JSON')
    .action((options) => list(modelsContext(), options))
  models
    .command('info')
    .description('all that is known of a model')
    .argument('<model>', 'type or id')
    .option('--json', 'as JSON')
    .action((name, options) => info(modelsContext(), name, options))
  models
    .command('pull')
    .description('download a model from the Hugging Face Hub (HF_ENDPOINT, HF_TOKEN); goes on where it was cut off')
    .argument('<model>', 'an id of `vision models list`, or owner/name[@revision]')
    .option('--as <id>', 'its name here')
    .option('--force', 'replace one that is installed')
    .action((name, options) => pullModel(modelsContext(), name, options))
  models
    .command('add')
    .description('install a model folder or an ONNX file, and say how it was understood')
    .argument('<folder or file.onnx>')
    .option('--as <id>', 'its name here')
    .option('--labels <file>', 'its labels, one a line, in the order of the outputs')
    .option('--size <pixels>', 'size of the picture: 224, or HEIGHTxWIDTH')
    .option('--crop <part>', 'how much of the shorter side is used (0.875), or squash')
    .option('--mean <numbers>', 'what is subtracted, one number or one a channel; above 1: of pixels 0 to 255')
    .option('--std <numbers>', 'what the rest is divided by')
    .option('--channels <order>', 'rgb or bgr')
    .option('--output <name>', 'the output with the scores, where several could be')
    .option('--config <json>', 'config.json, where it does not lie beside the file')
    .option('--preprocessor <json>', 'preprocessor_config.json, where it does not lie beside the file')
    .option('--force', 'replace one that is installed')
    .action((path, options) => add(modelsContext(), path, options))
  models
    .command('verify')
    .description('checksums, and a run of each model; all of them if none is named')
    .argument('[model]', 'type or id')
    .action((name) => verify(modelsContext(), name))
  models
    .command('remove')
    .description('take a model away')
    .argument('<id>')
    .action((id) => removeModel(modelsContext(), id))
  models
    .command('push')
    .description('put the installed models into a bucket, for servers with MODELS_DIR=s3://…')
    .argument('<place>', 's3://bucket/models/')
    .action((place) => push(modelsContext(), place))
  models
    .command('export-card')
    .description('write README.md of a model in the form of Hugging Face model cards')
    .argument('<model>', 'type or id')
    .option('--report <json>', 'figures: a report.json of `vision eval` (evaluation.json in the folder)')
    .action((name, options) => exportCard(modelsContext(), name, options))
}
