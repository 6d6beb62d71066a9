/**
 * One process owns a folder, on one computer or several, in any container. `<folder>/lock` names the owner, and two signs
 * tell whether it lives:
 *
 * - a socket in the folder that it listens at. On the same kernel (host and containers) the answer is certain and
 *   immediate: after `kill -9` the next start succeeds without a wait.
 * - its signs of life: it touches the lock each second. They count where a socket cannot: on another computer, in a
 *   virtual machine, after a reboot, on a file system without sockets. There a start watches the lock for six seconds of
 *   its own clock; no two clocks are ever compared.
 *
 * A copied folder has a lock, but nobody who gives a sign of life. An owner that was stopped for so long that another
 * computer took its folder over ends itself when it goes on.
 */
import fs from 'node:fs'
import type { Server } from 'node:net'
import path from 'node:path'

import { systemClock, type Clock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { OperatorError } from '../../command/operator-error.ts'
import { folderFault, makeFolder } from './folder-faults.ts'
import {
  describeHolder,
  describeProcess,
  hasEnded,
  placeLock,
  readLock,
  removeLeftovers,
  removeStaleLock,
  type FoundLock,
  type Holder,
} from './lock-file.ts'
import { listenInFolder, probeSocket } from './lock-socket.ts'

export interface FolderLockOptions {
  /** Whether to wait until the disk has the lock; default true. Without it a kill is still survived, a power cut is not. */
  fsync?: boolean
  clock?: Clock
  /** Called when it is not certain whether the holder lives, before its lock is watched. */
  onWait?: (text: string) => void
  /** Called when another process has taken the folder over: this one must write nothing any more. */
  onLost?: (text: string) => void
}

const BEAT_MS = 1_000
/** Some signs of life may be missed by a holder that is busy. */
const WATCH_MS = 6_000
const LOOK_EACH_MS = 500
/** Locks that are there and gone again when they are read. */
const ATTEMPTS_MAX = 100

/**
 * Makes this process the owner of a folder, which is made if it is not there.
 * @returns gives the folder up
 * @throws OperatorError when another process, or this one, owns it, or nothing can be written there
 */
export async function lockFolder(folder: string, options: FolderLockOptions = {}): Promise<() => void> {
  const { fsync = true, clock = systemClock, onWait = tell, onLost = endProcess } = options
  makeFolder(folder)
  const real_folder = fs.realpathSync(folder)
  const lock_path = path.join(real_folder, 'lock')
  const name = Buffer.from(systemRandom.bytes(8)).toString('hex')
  const socket_name = `lock.${name}.sock`
  // It listens before the lock names it: who finds the lock finds a socket that answers.
  const server = await listenInFolder(real_folder, socket_name)
  const device = String(fs.statSync(real_folder).dev)
  const holder = describeHolder(name, device, server ? socket_name : null)
  const text = `${JSON.stringify(holder)}\n`
  try {
    await take({ real_folder, lock_path, name, device, text, fsync }, clock, onWait)
  } catch (error) {
    server?.close()
    fs.rmSync(path.join(real_folder, socket_name), { force: true })
    throw folderFault(folder, error) ?? error
  }
  removeLeftovers(real_folder, name)
  return keep({ lock_path, text, server, socket_path: path.join(real_folder, socket_name) }, clock, onLost)
}

interface Taking {
  readonly real_folder: string
  readonly lock_path: string
  readonly name: string
  readonly device: string
  readonly text: string
  readonly fsync: boolean
}

async function take(taking: Taking, clock: Clock, onWait: (text: string) => void): Promise<void> {
  const { real_folder, lock_path, name, text, fsync } = taking
  const prepared_path = `${lock_path}.${name}.new`
  try {
    fs.writeFileSync(prepared_path, text, { flush: fsync })
    for (let attempt = 1; !placeLock(prepared_path, lock_path); attempt++) {
      const found = readLock(lock_path)
      if (found === undefined && attempt > ATTEMPTS_MAX) throw unreadable(lock_path)
      if (found === undefined) continue
      let life = await judge(found, taking)
      if (life === 'unsure') {
        onWait(waiting(real_folder, found.holder))
        life = await watch(lock_path, found, clock)
      }
      if (life === 'lives') throw refused(lock_path, found)
      removeStaleLock(lock_path, found, name)
    }
  } finally {
    fs.rmSync(prepared_path, { force: true })
  }
}

/** What is certain about a holder without waiting. */
async function judge(
  { text, holder }: FoundLock,
  { real_folder, device }: Taking,
): Promise<'lives' | 'ended' | 'unsure'> {
  const here = describeProcess()
  if (!holder) {
    const former = formerHolder(text)
    if (former === undefined) return 'unsure'
    return hasEnded(former) ? 'ended' : 'lives'
  }
  const socket = holder.socket === null ? 'unknown' : await probeSocket(real_folder, holder.socket)
  if (socket === 'answers') return 'lives'
  const is_same_kernel = holder.kernel === here.kernel
  // Through another mount of one network folder the kernel does not know the socket again.
  if (socket === 'refuses' && is_same_kernel && holder.device === device) return 'ended'
  const has_same_ids = is_same_kernel && holder.pid_namespace === here.pid_namespace
  return has_same_ids && hasEnded(holder) ? 'ended' : 'unsure'
}

/** The lock of the release before, which was a process id and its start. */
function formerHolder(text: string): Pick<Holder, 'pid' | 'started'> | undefined {
  const [, pid, started = ''] = /^(\d+) (\d*)\n$/.exec(text) ?? []
  return pid === undefined ? undefined : { pid: Number(pid), started: started === '' ? null : started }
}

/** Looks for a sign of life as long as a holder needs for several. */
async function watch(lock_path: string, found: FoundLock, clock: Clock): Promise<'lives' | 'ended'> {
  const until_ms = clock.monotonicMs() + WATCH_MS
  while (clock.monotonicMs() < until_ms) {
    await clock.sleep(LOOK_EACH_MS)
    const now = readLock(lock_path)
    if (now === undefined) return 'ended'
    if (now.life !== found.life) return 'lives'
  }
  return 'ended'
}

interface Kept {
  readonly lock_path: string
  readonly text: string
  readonly server: Server | undefined
  readonly socket_path: string
}

/** Gives signs of life until the folder is given up, and makes sure that the lock still is this process's. */
function keep(kept: Kept, clock: Clock, onLost: (text: string) => void): () => void {
  const { lock_path, text, server, socket_path } = kept
  const given_up = new AbortController()
  const first_s = Math.floor(clock.nowMs() / 1000)
  const giveUp = (): void => {
    if (given_up.signal.aborted) return
    given_up.abort('given up')
    // The socket last: until then every other start sees that the folder is owned.
    if (readLock(lock_path)?.text === text) fs.rmSync(lock_path)
    server?.close()
    fs.rmSync(socket_path, { force: true })
  }
  const beat = async (): Promise<void> => {
    let fault = ''
    for (let count = 1; ; count++) {
      await clock.sleep(BEAT_MS, given_up.signal)
      if (given_up.signal.aborted) return
      try {
        // Two seconds each time: no file system keeps times more coarsely, and no clock that is set back repeats one.
        const holder = signOfLife(kept, first_s + 2 * count)
        if (holder !== 'ours') {
          giveUp()
          return onLost(lost(lock_path, holder))
        }
        fault = ''
      } catch (error) {
        // The socket still answers; a disk that fails for good fails every save as well.
        if (fault === '') tell(`The lock ${lock_path} cannot be renewed: ${String(error)}`)
        fault = String(error)
      }
    }
  }
  void beat()
  return giveUp
}

/** Touches the lock. @returns whose it is when it is another's, as far as it can be read */
function signOfLife({ lock_path, text }: Kept, time_s: number): 'ours' | Holder | undefined {
  const found = readLock(lock_path)
  // Somebody tidied up. In a folder that is gone there is nothing to own.
  if (found === undefined) {
    if (fs.existsSync(path.dirname(lock_path))) fs.writeFileSync(lock_path, text, { flag: 'wx' })
    return 'ours'
  }
  if (found.text !== text) return found.holder
  fs.utimesSync(lock_path, time_s, time_s)
  return 'ours'
}

function refused(lock_path: string, { holder, text }: FoundLock): OperatorError {
  const former = formerHolder(text)
  const by = former === undefined ? described(holder) : `process ${former.pid}`
  return new OperatorError(
    `The folder ${path.dirname(lock_path)} is in use by ${by}. ` +
      `Stop that process, or use another folder (lock: ${lock_path}).`,
  )
}

function unreadable(lock_path: string): OperatorError {
  return new OperatorError(`${lock_path} is there, and cannot be opened. Move it away, if no process uses the folder.`)
}

function described(holder: Holder | undefined): string {
  if (!holder) return 'another process'
  const here = describeProcess()
  if (holder.kernel === here.kernel && holder.pid_namespace === here.pid_namespace) return `process ${holder.pid}`
  const where = holder.kernel === here.kernel ? 'in another container' : 'on another computer'
  return `process ${holder.pid} ${where} (host ${holder.host})`
}

function waiting(folder: string, holder: Holder | undefined): string {
  const last = holder ? `last used by ${described(holder)}` : 'locked by an unknown process'
  return `The folder ${folder} was ${last}. Watching for ${WATCH_MS / 1000} s whether it still is in use …`
}

function lost(lock_path: string, holder: Holder | undefined): string {
  return (
    `The folder ${path.dirname(lock_path)} was taken over by ${described(holder)} while this process was stopped. ` +
    'This process ends, so that they do not overwrite each other.'
  )
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** As abruptly as `kill -9`, which everything stored survives: whatever else is written now would harm the new owner. */
function endProcess(text: string): never {
  tell(text)
  process.exit(1)
}
