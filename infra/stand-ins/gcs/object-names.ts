/**
 * Which names the service accepts, and which of them can be the path of a plain file.
 * Source: https://cloud.google.com/storage/docs/objects#naming and …/buckets#naming
 */
import { invalid } from './refusals.ts'

const NAME_BYTES_MAX = 1024
const COMPONENT_BYTES_MAX = 255
const BUCKET_NAME = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/

export function isObjectName(name: string): boolean {
  const refused =
    name === '' ||
    name === '.' ||
    name === '..' ||
    /[\r\n]/.test(name) ||
    name.startsWith('.well-known/acme-challenge/') ||
    !name.isWellFormed() ||
    Buffer.byteLength(name) > NAME_BYTES_MAX
  return !refused
}

/** Throws a 400 for a name Cloud Storage itself refuses. */
export function checkObjectName(name: string): void {
  if (!isObjectName(name)) throw invalid(`Invalid object name: ${JSON.stringify(name.slice(0, 100))}`)
}

/** Bucket names become folder names as they are: this pattern is what keeps them inside the root. */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !name.includes('..')
}

export function checkBucketName(name: string): void {
  if (!isBucketName(name)) throw invalid(`Invalid bucket name: ${JSON.stringify(name.slice(0, 100))}`)
}

/** Whether `root/name` is a path that means this object alone and stays under `root`. */
export function isPlainPath(root: string, name: string): boolean {
  if (name.includes('\0') || Buffer.byteLength(root) + 1 + Buffer.byteLength(name) > PATH_BYTES_MAX) return false
  return name
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= COMPONENT_BYTES_MAX)
}

/** PATH_MAX of the two systems developers use, less a margin. */
const PATH_BYTES_MAX = process.platform === 'darwin' ? 1000 : 4000
