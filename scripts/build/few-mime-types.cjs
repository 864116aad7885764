// Loader for file-selector's table of 1,200 MIME types: the pages need those of photos, archives and tables. The rest
// would be 10 KB of each page.
const TABLE = /COMMON_MIME_TYPES = new Map\(\[([\s\S]*?)\n\]\)/
const KEPT = /^\['(avif|bmp|csv|gif|hei[cf]|jpe?g|json|p[gnp]m|png|svg|tiff?|tsv|txt|webp|xml|zip)', /

/** @param {string} source */
module.exports = function fewMimeTypes(source) {
  const [table, rows] = TABLE.exec(source) ?? []
  if (table === undefined) throw new Error('file-selector has no table of MIME types any more')
  const kept = rows.split('\n').filter((row) => KEPT.test(row.trim()))
  return source.replace(table, `COMMON_MIME_TYPES = new Map([\n${kept.join('\n')}\n])`)
}
