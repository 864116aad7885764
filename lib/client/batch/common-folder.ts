/**
 * The folder that all photos are in, with a slash at its end; empty if there is none.
 *
 * @example commonFolder(['birds/owl/1.jpg', 'birds/finch/2.jpg']) // 'birds/'
 */
export function commonFolder(paths: readonly string[]): string {
  let [common = ''] = paths
  common = folderOf(common)
  for (const path of paths) {
    while (!path.startsWith(common)) common = folderOf(common.slice(0, -1))
  }
  return common
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}
