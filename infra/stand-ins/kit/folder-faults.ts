/** Why a folder cannot be used, and what to do about it, in words for the person at the terminal. */
import fs from 'node:fs'
import path from 'node:path'

import { OperatorError } from '../../command/operator-error.ts'

const CHOOSE = 'Choose another folder (--data DIR, or DATA_DIR).'
const ANOTHER = 'or choose another folder (--data DIR, or DATA_DIR).'

/** Makes a folder with its parents, where they are not there. @throws OperatorError */
export function makeFolder(folder: string): void {
  try {
    makeWithParents(path.resolve(folder))
  } catch (error) {
    throw folderFault(folder, error) ?? error
  }
}

/** Node's own `recursive` goes on for ever where a parent is there and takes no folder, as `/proc`. */
function makeWithParents(folder: string): void {
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  const parent = path.dirname(folder)
  if (!fs.existsSync(parent)) makeWithParents(parent)
  fs.mkdirSync(folder)
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
    case 'ENOTDIR':
    case 'ENOENT': {
      const obstacle = firstObstacle(folder) ?? `${at} cannot be made. Correct the path`
      return `Cannot make the folder ${folder}: ${obstacle}, ${ANOTHER}`
    }
    case 'ELOOP':
      return `Cannot make the folder ${folder}: its symbolic links lead in a circle. Correct them, ${ANOTHER}`
    case 'ENAMETOOLONG':
      return `Cannot make the folder ${folder}: its path is too long. ${CHOOSE}`
    case 'EMFILE':
    case 'ENFILE':
      return `Too many files are open (at ${at}). Raise the limit (ulimit -n) and start again.`
    case 'EISDIR':
      return `${at} is a folder where a file belongs. Move it away, ${ANOTHER}`
    case 'EIO':
      return `The disk of the folder ${folder} does not answer as it should (EIO at ${at}). Check the disk, ${ANOTHER}`
    default:
      return undefined
  }
}

/** What stands in the way of a folder, and what to do about it: a file, or a symbolic link that leads nowhere. */
function firstObstacle(folder: string): string | undefined {
  const whole = path.resolve(folder)
  const parents: string[] = [whole]
  for (let at = whole; path.dirname(at) !== at; at = path.dirname(at)) parents.unshift(path.dirname(at))
  for (const at of parents) {
    const is_there = fs.lstatSync(at, { throwIfNoEntry: false }) !== undefined
    if (!is_there) return undefined
    const target = fs.statSync(at, { throwIfNoEntry: false })
    if (target === undefined) {
      return `${at} is a symbolic link to ${fs.readlinkSync(at)}, which does not exist. Make what it points to`
    }
    if (!target.isDirectory()) return `${at} is ${target.isFile() ? 'a file' : 'not a folder'}. Move it away`
  }
  return undefined
}
