/** Why a folder cannot be used, and what to do about it, in words for the person at the terminal. */
import fs from 'node:fs'
import path from 'node:path'

import { OperatorError } from '../../command/operator-error.ts'

const ANOTHER = 'or choose another one: npm start -- --data DIR'

/** @throws OperatorError */
export function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw folderFault(folder, error) ?? error
  }
}

/** The failure of a file operation as the operator can act on it; `undefined` for any other failure. */
export function folderFault(folder: string, error: unknown): OperatorError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code = '', path: at } = error as NodeJS.ErrnoException
  const reason = reasonOf(folder, code, at ?? folder)
  return reason === undefined ? undefined : new OperatorError(reason, { cause: error })
}

function reasonOf(folder: string, code: string, at: string): string | undefined {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk of the folder ${folder} is full. Nothing was lost. Make room and start again, ${ANOTHER}`
    case 'EACCES':
    case 'EPERM':
      return `The folder ${folder} cannot be written: this user has no permission at ${at}. Change its owner or permissions, ${ANOTHER}`
    case 'EROFS':
      return `The folder ${folder} is on a file system that is mounted read-only. Mount it for writing, ${ANOTHER}`
    case 'EEXIST':
    case 'ENOTDIR': {
      const other = firstNonFolder(folder)
      const what = other === undefined ? `${at} is not a folder` : `${other.path} is ${other.what}`
      return `Cannot make the folder ${folder}: ${what}. Move it away, ${ANOTHER}`
    }
    case 'ENOENT': {
      const other = firstNonFolder(folder)
      if (other === undefined)
        return `Cannot make the folder ${folder}: there is no ${at}. Choose another one: npm start -- --data DIR`
      return `Cannot make the folder ${folder}: ${other.path} is ${other.what}. Make what it points to, ${ANOTHER}`
    }
    case 'ELOOP':
      return `Cannot make the folder ${folder}: its symbolic links lead in a circle. Correct them, ${ANOTHER}`
    case 'ENAMETOOLONG':
      return `Cannot make the folder ${folder}: its path is too long. Choose another one: npm start -- --data DIR`
    case 'EMFILE':
    case 'ENFILE':
      return `Too many files are open (at ${at}). Raise the limit (ulimit -n) and start again.`
    case 'EIO':
      return `The disk of the folder ${folder} does not answer as it should (EIO at ${at}). Check the disk, ${ANOTHER}`
    default:
      return undefined
  }
}

/** What stands in the way of a folder: a file, or a symbolic link that leads nowhere. */
function firstNonFolder(folder: string): { path: string; what: string } | undefined {
  const whole = path.resolve(folder)
  const parents: string[] = [whole]
  for (let at = whole; path.dirname(at) !== at; at = path.dirname(at)) parents.unshift(path.dirname(at))
  for (const at of parents) {
    const link = fs.lstatSync(at, { throwIfNoEntry: false })
    if (link === undefined) return undefined
    const target = fs.statSync(at, { throwIfNoEntry: false })
    if (target === undefined)
      return { path: at, what: `a symbolic link to ${fs.readlinkSync(at)}, which does not exist` }
    if (!target.isDirectory()) return { path: at, what: target.isFile() ? 'a file' : 'not a folder' }
  }
  return undefined
}
