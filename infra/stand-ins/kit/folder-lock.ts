/**
 * One process owns a folder: `<folder>/lock` names it by process id and start time. A lock whose process is gone is
 * taken over; the start time tells a process from a later one that got the same id.
 */
import fs from 'node:fs'
import path from 'node:path'

import { OperatorError } from '../../command/operator-error.ts'

/** Folders this process owns: its own id in a lock file proves nothing else. */
const owned = new Set<string>()

/** @throws when another process, or this one, already owns the folder */
export function lockFolder(folder: string): () => void {
  fs.mkdirSync(folder, { recursive: true })
  const lock_path = path.join(fs.realpathSync(folder), 'lock')
  if (owned.has(lock_path)) throw refused(lock_path, process.pid)
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}\n`
  // Written whole under another name and then linked: nobody ever reads half a lock.
  const prepared_path = `${lock_path}.${process.pid}`
  fs.writeFileSync(prepared_path, mine)
  try {
    for (let attempt = 1; !tryLink(prepared_path, lock_path); attempt++) {
      const holder = readHolder(lock_path)
      if (holder?.is_alive || attempt > 3) throw refused(lock_path, holder?.pid)
      if (holder) removeStale(lock_path, holder.text)
    }
  } finally {
    fs.rmSync(prepared_path)
  }
  owned.add(lock_path)
  return () => {
    owned.delete(lock_path)
    if (fs.readFileSync(lock_path, 'utf8') === mine) fs.rmSync(lock_path)
  }
}

function refused(lock_path: string, pid: number | undefined): OperatorError {
  const folder = path.dirname(lock_path)
  return new OperatorError(
    `The folder ${folder} is in use by process ${pid ?? 'unknown'}. Stop that process, or use another folder (lock: ${lock_path}).`,
  )
}

function tryLink(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readHolder(lock_path: string): { pid: number; text: string; is_alive: boolean } | undefined {
  if (!fs.existsSync(lock_path)) return undefined
  const text = fs.readFileSync(lock_path, 'utf8')
  const [pid_text = '', started = ''] = text.trim().split(' ')
  const pid = Number(pid_text)
  const is_running = Number.isInteger(pid) && pid > 0 && pid !== process.pid && isRunning(pid)
  return { pid, text, is_alive: is_running && (started === '' || startOf(pid) === started) }
}

/** Moves the stale lock aside, and puts it back if meanwhile it was another, living process's. */
function removeStale(lock_path: string, stale_text: string): void {
  const aside_path = `${lock_path}.stale.${process.pid}`
  fs.renameSync(lock_path, aside_path)
  if (fs.readFileSync(aside_path, 'utf8') !== stale_text) tryLink(aside_path, lock_path)
  fs.rmSync(aside_path)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * The kernel's start time of a process (field 22 of /proc/<pid>/stat); undefined where there is no /proc, and for a
 * process that is dead but not yet waited for.
 */
function startOf(pid: number): string | undefined {
  const stat_path = `/proc/${pid}/stat`
  if (!fs.existsSync(stat_path)) return undefined
  const stat = fs.readFileSync(stat_path, 'utf8')
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? undefined : fields[18]
}
