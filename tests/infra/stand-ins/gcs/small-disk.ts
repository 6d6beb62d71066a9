import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './gcs-fixture.ts'

/** A file system in memory that is soon full, seen only by the processes that enter it. */
export interface SmallDisk {
  /** Where it is for a process that entered. */
  readonly path: string
  /** Where it is for this one. */
  readonly outside_path: string
  /** Runs a command inside. */
  readonly enter: readonly string[]
}

const MOUNT = 'mount -t tmpfs -o "size=$1,nr_inodes=$2" tmpfs "$0" && echo mounted && exec cat'

/** Gone with the test; `undefined` where the kernel does not let a user mount for himself. */
export async function mountSmallDisk(limits: { size: string; inodes: number }): Promise<SmallDisk | undefined> {
  if (process.platform !== 'linux') return undefined
  const folder = await temporaryFolder()
  const parameters = ['-c', 'exec unshare -rm bash -c "$@"', 'bash', MOUNT, folder, limits.size, String(limits.inodes)]
  // It lives as long as the process that mounted it.
  const holder = spawn('bash', parameters, { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(holder, 'exit').then(
    () => undefined,
    () => undefined,
  )
  onTestFinished(async () => {
    holder.kill('SIGKILL')
    await ended
  })
  const mounted = once(createInterface({ input: holder.stdout }), 'line')
  if ((await Promise.race([mounted, ended])) === undefined) return undefined
  const pid = String(holder.pid)
  return {
    path: folder,
    outside_path: `/proc/${pid}/root${folder}`,
    enter: ['nsenter', '--preserve-credentials', '-U', '-m', '-t', pid],
  }
}
