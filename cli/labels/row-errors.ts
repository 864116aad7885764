/** Descriptions of errors in a line of a labels file. */
export const ROW_ERRORS = {
  no_file: 'has no file',
  no_label: 'has no label',
  several: 'has several labels',
  twice: 'gives a file a second, different label',
} as const
