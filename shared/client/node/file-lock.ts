import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'

import { isObject } from '../../base/is-object.ts'
import { parsedJson } from '../../base/parsed-json.ts'
import type { Random } from '../../base/random.ts'
import { StorageError } from '../storage.ts'
import { codeOf } from './file-errors.ts'

/** Locks that are there, and gone when they are read. */
const ATTEMPTS_MAX = 20

/**
 * Makes this process the only one that writes `path`, by a file beside it that names the process. The lock of a process
 * that has ended, `kill -9` included, is taken over. All processes must be in one container.
 * @returns gives it up
 * @throws StorageError `unavailable` when another process, or this one, has it
 */
export async function lockFile(path: string, random: Random): Promise<() => Promise<void>> {
  const lock_path = `${path}.lock`
  const name = Buffer.from(random.bytes(8)).toString('hex')
  const text = JSON.stringify({ name, pid: process.pid, started: await startOf(process.pid) })
  const prepared_path = `${lock_path}.${name}`
  try {
    await writeFile(prepared_path, text, { flag: 'wx' })
    for (let attempt = 1; !(await isPlaced(prepared_path, lock_path)); attempt++) {
      const found = await textOf(lock_path)
      if (attempt > ATTEMPTS_MAX || (found !== undefined && (await isHeld(found)))) throw inUse(path, found)
      if (found !== undefined) await removeStale(lock_path, found, `${prepared_path}.stale`)
    }
  } finally {
    await rm(prepared_path, { force: true })
  }
  return async () => {
    if ((await textOf(lock_path)) === text) await rm(lock_path, { force: true })
  }
}

/** Only one process can put its lock in place, and nobody reads half of it. */
async function isPlaced(prepared_path: string, lock_path: string): Promise<boolean> {
  try {
    await link(prepared_path, lock_path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Moves it aside, and back if meanwhile it was another one. */
async function removeStale(lock_path: string, stale: string, aside_path: string): Promise<void> {
  try {
    await rename(lock_path, aside_path)
    if ((await textOf(aside_path)) !== stale) await isPlaced(aside_path, lock_path)
    await rm(aside_path, { force: true })
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** A lock that cannot be read is not taken over: a person has to look. */
async function isHeld(text: string): Promise<boolean> {
  const holder = parsedJson(text)
  if (!isObject(holder) || typeof holder['pid'] !== 'number') return true
  try {
    process.kill(holder['pid'], 0)
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
  // Another process may have its number by now.
  return (await startOf(holder['pid'])) === holder['started']
}

/** When the kernel started a process (field 22 of /proc/PID/stat), and whether it has ended; null without a /proc. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await textOf(`/proc/${pid}/stat`)
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return state === 'Z' ? 'ended' : (fields[18] ?? null)
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}

function inUse(path: string, holder = 'unknown'): StorageError {
  return new StorageError('unavailable', `Another process uses ${path}: ${holder}. Stop it, or remove ${path}.lock.`)
}
