import { join } from 'node:path'
import type { Command } from 'commander'
import { parseCount } from '../classify/arguments'
import type { CommandContext } from '../program/context'
import { defaultDataDir } from '../program/data-dir'
import { trainGroups } from './groups'
import type { TrainOptions } from './options'
import { trainModel } from './train'

/** `vision train`: trains a custom model. A running server with the same data folder serves it at once. */
export function trainCommand(program: Command, context: CommandContext): void {
  program
    .command('train')
    .description('Train a custom model on your own labels, from ten photos per label')
    .argument('[folder]', 'folder with one subfolder per label, or with photos and a labels file')
    .option('--name <text>', 'name of the model')
    .option('--id <id>', 'id of the model (default: made from the name)')
    .option('--base <model>', 'type or id of the base model (default: the default model)')
    .option('--labels <file>', 'labels file, if it is not in the folder (CSV, JSON or XML)')
    .option('--file-column <name>', 'column of the labels file with the photos, by name or number')
    .option('--label-column <name>', 'column of the labels file with the labels, by name or number')
    .option('--multi-label', 'photos may have several labels, or none: the labels file says which')
    .option('--test <folder>', 'photos to test the model on, labeled in the same way')
    .option('--add <id>', 'add the photos to this custom model instead of creating one')
    .option('--refresh <id>', 'train this custom model again from these photos, for example on another base')
    .option(
      '--from-feedback <location>',
      'add photos of answers that visitors corrected: the feedback folder of a server, or s3://bucket',
    )
    .option('--groups <csv>', 'group labels of the base model instead: a CSV with the label and its group')
    .option(
      '--words <labels>',
      'labels in words, with commas, for a text-image model as base; photos of the folder correct them',
    )
    .option('--template <text>', 'what --words are put into, such as "a satellite photo of {}"')
    .option('--purpose <text>', 'what the model is for')
    .option('--license <name>', 'license of the model')
    .option('--models-dir <folder>', 'folder with the base models', join(context.root, 'models'))
    .option('--data-dir <folder>', 'data folder of the server', defaultDataDir())
    .option('--workers <n>', 'number of worker processes (default: one per core)', parseCount)
    .option('--json', 'print only the result, as JSON')
    .action(async (folder: string | undefined, options: TrainOptions) => {
      if (options.groups !== undefined) return trainGroups(options.groups, options, context)
      await trainModel(folder, options, context)
    })
}
