import { join } from 'node:path'
import { CHECKSUMS, printChecksums } from '../lib/server/catalog/checksums'
import { modelDigests } from '../lib/server/catalog/push'

const FOLDER = 'models'

/**
 * Puts the models of this tree into their bucket, the checksums last: as `vision models push` does, and before any task starts. What others push later
 * stays, until a tree with other models is deployed.
 *
 * @returns where they are, for MODELS_DIR; known only when all of them are there
 */
export async function uploadModels(bucket: sst.aws.Bucket): Promise<$util.Output<string>> {
  const digests = await modelDigests(join($cli.paths.root, FOLDER))
  const objects = [...digests].map(([path, digest], i) => {
    const source = new $util.asset.FileAsset(join($cli.paths.root, FOLDER, path))
    return new aws.s3.BucketObjectv2(`Model${i + 1}`, {
      bucket: bucket.name,
      key: `${FOLDER}/${path}`,
      source,
      sourceHash: digest,
    })
  })
  const sums = new aws.s3.BucketObjectv2(
    'ModelChecksums',
    {
      bucket: bucket.name,
      key: `${FOLDER}/${CHECKSUMS}`,
      content: printChecksums(digests),
      contentType: 'text/plain',
    },
    { dependsOn: objects },
  )
  return $interpolate`s3://${sums.bucket}/${FOLDER}/`
}
