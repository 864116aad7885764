import { join } from 'node:path'
import type { Command } from 'commander'
import { parseCount } from '../classify/arguments'
import type { CommandContext } from '../program/context'
import { checkFolder } from './check'
import type { CheckOptions } from './options'

/** `vision check`: copies, labels that look wrong, and photos of low quality in a data set. */
export function checkCommand(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description('Check a data set: copies, labels that look wrong, and photos of low quality')
    .argument('<folder>', 'folder with photos, with one subfolder per label or with a labels file')
    .option('--labels <file>', 'labels file, if it is not in the folder (CSV, JSON or XML)')
    .option('--file-column <name>', 'column of the labels file with the photos, by name or number')
    .option('--label-column <name>', 'column of the labels file with the labels, by name or number')
    .option('--out <file>', 'write what was found about each photo to a .csv, .xlsx, .json, .ndjson or .parquet file')
    .option('--cleaned-labels <file>', 'write a labels file without copies to this .csv')
    .option('--take-suggestions', 'replace labels that look wrong in the cleaned labels by the suggested ones')
    .option('--json', 'print only the report, as JSON')
    .option('--model <model>', 'model type, id or folder (default: the default model)')
    .option('--workers <n>', 'number of worker processes (default: one per core)', parseCount)
    .option('--server <url>', 'check on a server instead of on this machine')
    .option('--models-dir <folder>', 'folder with the models', join(context.root, 'models'))
    .option('--data-dir <folder>', 'data folder of the server, with the custom models (default: DATA_DIR)')
    .action((folder: string, options: CheckOptions) => checkFolder(folder, options, context))
}
