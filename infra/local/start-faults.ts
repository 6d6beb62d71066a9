import { resolve } from 'node:path'

import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { OperatorError, UsageError } from '../command/operator-error.ts'
import { folderFault } from '../stand-ins/kit/folder-faults.ts'

/** Why the local runtime cannot start, and what to do, in words for the person at the terminal. */

const PORT_MAX = 65_535
/** Below it a port is reserved for the system, on most machines. */
const FIRST_FREE_PORT = 1024

/** @throws UsageError when the functions' own ports would go beyond the last one there is */
export function requirePorts(port: number, split: boolean): void {
  const last = port + FUNCTION_NAMES.length
  if (!split || port === 0 || last <= PORT_MAX) return
  throw new UsageError(
    `With --split the functions take the ${FUNCTION_NAMES.length} ports after ${port}, and the last port is ${PORT_MAX}. ` +
      `Choose a port up to ${PORT_MAX - FUNCTION_NAMES.length}.`,
  )
}

/** The failure of a start as the operator can act on it. A failure of any other kind is returned as it is. */
export function startFault(error: unknown, data_dir: string): unknown {
  if (!(error instanceof Error) || error instanceof OperatorError) return error
  const fault = error as NodeJS.ErrnoException & { port?: number; address?: string }
  const { code = '', syscall, port, address, path } = fault
  if (syscall === 'listen' || syscall === 'bind') {
    return new OperatorError(listenFault(code, port ?? 0, address ?? ''), { cause: error })
  }
  const is_of_folder = path === undefined || path.startsWith(resolve(data_dir))
  const of_folder = is_of_folder ? folderFault(data_dir, error) : undefined
  if (of_folder !== undefined) return of_folder
  return syscall === undefined ? error : new OperatorError(`Cannot start: ${error.message}.`, { cause: error })
}

function listenFault(code: string, port: number, address: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use. ${another(port + 10 > PORT_MAX ? port - 10 : port + 10)}`
    case 'EACCES':
      return `Port ${port} is reserved: this user may not listen there. ${another(port < FIRST_FREE_PORT ? 8080 : 0)}`
    case 'EADDRNOTAVAIL':
      return `The address ${address} is not available on this machine. Its loopback interface must be up.`
    default:
      return `Cannot listen on port ${port} (${code}). ${another(0)}`
  }
}

function another(port: number): string {
  return `Choose another one: npm start -- --port ${port}`
}
