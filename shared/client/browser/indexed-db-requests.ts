import { StorageError, type StorageErrorKind, type StorageErrorOptions } from '../storage.ts'

/** The outcome of a request. @throws its error, a DOMException */
export function outcomeOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('the request failed')))
  })
}

/** What the caller should do about an error of IndexedDB, by its name; every other one is `unavailable`. */
const KINDS: Readonly<Record<string, StorageErrorKind>> = {
  QuotaExceededError: 'full',
  VersionError: 'newer-version',
  DataError: 'corrupt-entry',
  DataCloneError: 'corrupt-entry',
  NotReadableError: 'corrupt-entry',
}

/** Sentences for a person, who may see them. */
const TEXTS: Readonly<Record<StorageErrorKind, string>> = {
  full: 'There is no room left for local data.',
  closed: 'The local data were closed.',
  unavailable: 'This browser does not let the app keep local data.',
  'newer-version': 'A later release of this app wrote the local data. Load the app again.',
  blocked: 'Another tab keeps the local data in use. Close it.',
  'corrupt-entry': 'A part of the local data cannot be read.',
  timeout: 'The local data did not answer in time.',
}

export function storageError(kind: StorageErrorKind, options?: StorageErrorOptions): StorageError {
  return new StorageError(kind, TEXTS[kind], options)
}

/** An error of IndexedDB as one of ours; what the work of a transaction throws stays what it is. */
export function asStorageError(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error
  return storageError(KINDS[error.name] ?? 'unavailable', { cause: error })
}

/** The browser closed the connection before anything was asked of it. */
export function isClosing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'InvalidStateError'
}

/** The transaction has ended, and is asked for more. */
export function isInactive(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TransactionInactiveError'
}
