/** The file that says who owns a folder: written whole under another name, then linked, so that nobody reads half of it. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import * as z from 'zod'

const holderSchema = z.strictObject({
  format: z.literal(1),
  /** Random: tells this lock from every other. */
  holder: z.string(),
  pid: z.int(),
  /** The kernel's start time of that process, which tells it from a later one with the same id. */
  started: z.nullable(z.string()),
  /** Process ids mean nothing outside of it. */
  pid_namespace: z.nullable(z.string()),
  host: z.string(),
  /** The running kernel: host and containers share it, virtual machines and other computers do not. */
  kernel: z.string(),
  /** The mounted file system, as this kernel numbers it. */
  device: z.string(),
  /** The name of the socket that the holder listens at, beside the lock. */
  socket: z.nullable(z.string()),
})

export type Holder = z.output<typeof holderSchema>

/** A lock as it lies there; without a holder it cannot be read (or is still being written). */
export interface FoundLock {
  readonly text: string
  readonly holder: Holder | undefined
  /** Changes with every sign of life of the holder. */
  readonly life: string
}

/** Describes this process as the holder of what lies on `device`. */
export function describeHolder(holder: string, device: string, socket: string | null): Holder {
  return { format: 1, holder, ...describeProcess(), device, socket }
}

export function describeProcess(): Pick<Holder, 'pid' | 'started' | 'pid_namespace' | 'host' | 'kernel'> {
  return {
    pid: process.pid,
    started: startOf(process.pid) ?? null,
    pid_namespace: readIfThere(() => fs.readlinkSync('/proc/self/ns/pid')) ?? null,
    host: os.hostname(),
    kernel:
      readIfThere(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ??
      `${os.platform()} ${os.hostname()}`,
  }
}

/** @returns undefined when there is no lock */
export function readLock(lock_path: string): FoundLock | undefined {
  // Opened rather than looked up: over a network only that shows what another machine has just written.
  const handle = readIfThere(() => fs.openSync(lock_path, 'r'))
  if (handle === undefined) return undefined
  try {
    const text = fs.readFileSync(handle, 'utf8')
    const { ino, mtimeMs } = fs.fstatSync(handle)
    return { text, holder: parsed(text), life: `${ino} ${mtimeMs} ${text}` }
  } finally {
    fs.closeSync(handle)
  }
}

function parsed(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** File systems on which there are no hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** Puts a prepared lock in place, if there is none. @returns whether it did */
export function placeLock(prepared_path: string, lock_path: string): boolean {
  try {
    fs.linkSync(prepared_path, lock_path)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (!NO_LINKS.has(code)) throw error
  }
  try {
    fs.copyFileSync(prepared_path, lock_path, fs.constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Moves a stale lock aside, and puts it back if meanwhile it was another, living holder's. */
export function removeStaleLock(lock_path: string, stale: FoundLock, own_name: string): void {
  if (readLock(lock_path)?.text !== stale.text) return
  const aside_path = `${lock_path}.${own_name}.stale`
  if (readIfThere(() => (fs.renameSync(lock_path, aside_path), true)) === undefined) return
  if (readLock(aside_path)?.text !== stale.text) placeLock(aside_path, lock_path)
  fs.rmSync(aside_path)
}

/** Removes what starts that were killed have left beside a lock that is ours. */
export function removeLeftovers(folder: string, own_name: string): void {
  for (const name of fs.readdirSync(folder)) {
    const of_start = /^lock\.([0-9a-f]+)\.(sock|new|stale)$/.exec(name)?.[1]
    if (of_start !== undefined && of_start !== own_name) fs.rmSync(path.join(folder, name), { force: true })
  }
}

/** Whether a process of this PID namespace is known to have ended. */
export function hasEnded({ pid, started }: Pick<Holder, 'pid' | 'started'>): boolean {
  if (!isRunning(pid)) return true
  return started !== null && startOf(pid) !== started
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
  const stat = readIfThere(() => fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === undefined) return undefined
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? undefined : fields[18]
}

function readIfThere<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ESRCH', 'ENOTDIR'].includes(code)) return undefined
    throw error
  }
}
