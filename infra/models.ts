import { join } from 'node:path'
import { CHECKSUMS, printChecksums } from '../lib/server/catalog/checksums'
import { modelDigests } from '../lib/server/catalog/push'

const FOLDER = 'models'

/**
 * Uploads the models of this commit to their bucket before any task starts, with the checksums last, as
 * `vision models push` does. Models pushed later remain until a commit with different models is deployed.
 *
 * @returns the location for MODELS_DIR, available only when all models are uploaded
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
