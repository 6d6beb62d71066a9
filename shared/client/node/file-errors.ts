import { StorageError } from '../storage.ts'

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']

/** The code of an error of the file system; `undefined` for every other one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** A failure of the file system as one of storage; every other error as it is. */
export function fileError(error: unknown): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  return FULL.includes(code)
    ? new StorageError('full', 'There is no room left for local data.', { cause: error })
    : new StorageError('unavailable', `The local data cannot be reached (${code}).`, { cause: error })
}
