import { SHARED_S3, startS3Process } from './s3'

/** Starts one S3-compatible server for all files of a run; each test has a bucket of its own. */
export default async function setUp(): Promise<() => Promise<void>> {
  const { url, stop } = await startS3Process()
  process.env[SHARED_S3] = url
  return stop
}
