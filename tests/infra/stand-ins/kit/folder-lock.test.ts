import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

import { OperatorError } from '#infra/command/operator-error.ts'
import { lockFolder, type FolderLockOptions } from '#infra/stand-ins/kit/folder-lock.ts'
import { describeHolder, readLock, type Holder } from '#infra/stand-ins/kit/lock-file.ts'
import { systemClock, type Clock } from '#shared/base/clock.ts'

/** Whoever shares a folder, whatever ended them: one process at a time owns it. */

function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lock-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true }))
  return folder
}

const lockOf = (folder: string) => path.join(folder, 'lock')
const deviceOf = (folder: string) => String(fs.statSync(folder).dev)

async function locked(folder: string, options: FolderLockOptions = {}): Promise<() => void> {
  const unlock = await lockFolder(folder, options)
  onTestFinished(unlock)
  return unlock
}

/** Whether it had to watch for signs of life, and for how long, on a clock that takes no time. */
async function attempt(folder: string, onLook: () => void = () => undefined) {
  const told: string[] = []
  let now_ms = 0
  const clock: Clock = {
    ...systemClock,
    monotonicMs: () => now_ms,
    sleep: async (duration_ms, signal) => {
      // Beats of a lock that was taken.
      if (signal) return await systemClock.sleep(duration_ms, signal)
      now_ms += duration_ms
      onLook()
    },
  }
  const outcome = await locked(folder, { clock, onWait: (text) => told.push(text) }).catch((error: unknown) => error)
  const refusal = outcome instanceof OperatorError ? outcome.message : undefined
  if (refusal === undefined && typeof outcome !== 'function') throw outcome
  return { refusal, watched_ms: now_ms, told, unlock: outcome as () => void }
}

/** A lock that its holder has left behind, or holds elsewhere. */
function leave(folder: string, more: Partial<Holder>): void {
  const holder = { ...describeHolder('0123456789abcdef', deviceOf(folder), null), ...more }
  fs.writeFileSync(lockOf(folder), `${JSON.stringify(holder)}\n`)
}

const ENDED = { pid: 4_194_999, started: '1' }
const OTHER_NAMESPACE = { pid_namespace: 'pid:[1]' }
const OTHER_KERNEL = { kernel: 'of another computer', host: 'other-host' }
const TAKEN = { refusal: undefined, watched_ms: 0, told: [] }
const TAKEN_AFTER_WATCHING = { refusal: undefined, watched_ms: 6_000 }

/** A socket that nobody listens at any more, as `kill -9` leaves it. */
async function deadSocket(folder: string): Promise<string> {
  const name = 'lock.0123456789abcdef.sock'
  const server = createServer().listen(path.join(folder, 'made'))
  await once(server, 'listening')
  fs.linkSync(path.join(folder, 'made'), path.join(folder, name))
  server.close()
  return name
}

describe('a folder that is owned', () => {
  test('is refused, says by whom, and is free again when it is given up; nothing is left then', async () => {
    const folder = temporaryFolder()
    const unlock = await locked(folder)
    const { refusal, watched_ms } = await attempt(folder)
    expect(refusal).toContain(`in use by process ${process.pid}. Stop that process, or use another folder`)
    expect(watched_ms).toBe(0)
    unlock()
    expect(fs.readdirSync(folder)).toEqual([])
    expect(await attempt(folder)).toMatchObject(TAKEN)
  })

  test('is refused by its socket alone, whatever process ids say: in another PID namespace they mean nothing', async () => {
    const folder = temporaryFolder()
    await locked(folder)
    const { holder } = readLock(lockOf(folder))!
    leave(folder, { ...ENDED, ...OTHER_NAMESPACE, socket: holder!.socket })
    expect((await attempt(folder)).refusal).toContain('in another container')
  })

  test('whose path is longer than the address of a socket is locked as well', async () => {
    const folder = path.join(temporaryFolder(), 'd'.repeat(120), 'e'.repeat(120))
    await locked(folder)
    expect(readLock(lockOf(folder))?.holder?.socket).toMatch(/^lock\.[0-9a-f]+\.sock$/)
    expect(await attempt(folder)).toMatchObject({ refusal: expect.stringContaining('in use') as string, watched_ms: 0 })
  })

  test('on another computer is refused when it gives a sign of life', async () => {
    const folder = temporaryFolder()
    leave(folder, OTHER_KERNEL)
    let looks = 0
    const { refusal, told } = await attempt(folder, () => {
      if (++looks === 3) fs.utimesSync(lockOf(folder), 1, 1)
    })
    expect(refusal).toContain('on another computer (host other-host)')
    expect(told).toEqual([expect.stringContaining('Watching for 6 s')])
  })

  test('gives such signs, whichever way its clock is set', async () => {
    const folder = temporaryFolder()
    const beats: (() => void)[] = []
    const sleep: Clock['sleep'] = (_, signal) =>
      new Promise((resolve) => {
        beats.push(resolve)
        signal?.addEventListener('abort', () => resolve())
      })
    await locked(folder, { clock: { ...systemClock, sleep } })
    const lives = new Set<string>()
    for (let count = 0; count < 4; count++) {
      await expect.poll(() => beats.length).toBe(count + 1)
      lives.add(readLock(lockOf(folder))!.life)
      beats[count]!()
    }
    expect(lives.size).toBe(4)
  })
})

describe('a lock that was left behind', () => {
  test('by a process that was killed is taken over without a wait, in another container too', async () => {
    for (const whose of [{}, OTHER_NAMESPACE]) {
      const folder = temporaryFolder()
      leave(folder, { ...ENDED, ...whose, socket: await deadSocket(folder) })
      expect(await attempt(folder)).toMatchObject(TAKEN)
      expect(fs.readdirSync(folder).filter((name) => name.includes('0123456789abcdef'))).toEqual([])
    }
  })

  test('on a file system without sockets is taken over without a wait when its process has ended', async () => {
    const folder = temporaryFolder()
    leave(folder, ENDED)
    expect(await attempt(folder)).toMatchObject(TAKEN)
    // Its id was given to a later process.
    leave(folder, { ...ENDED, pid: process.pid })
    expect(await attempt(folder)).toMatchObject(TAKEN)
  })

  test.each<[string, Partial<Holder>]>([
    ['on another computer, or before a reboot', OTHER_KERNEL],
    ['without a socket in another container', OTHER_NAMESPACE],
    ['in a copy of a folder, whose owner lives', { socket: 'lock.0123456789abcdef.sock' }],
  ])('%s is watched for six seconds, says so, and is taken over', async (_, more) => {
    const folder = temporaryFolder()
    leave(folder, more)
    const { told, ...taken } = await attempt(folder)
    expect(taken).toMatchObject(TAKEN_AFTER_WATCHING)
    expect(told).toHaveLength(1)
  })

  test('whose socket lies on another mount proves nothing immediately: it is watched', async () => {
    const folder = temporaryFolder()
    leave(folder, { ...OTHER_NAMESPACE, device: 'another mount', socket: await deadSocket(folder) })
    expect(await attempt(folder)).toMatchObject(TAKEN_AFTER_WATCHING)
  })

  test.each(['', '{"format":1', 'a text'])('and cannot be read (%j) is watched and taken over', async (text) => {
    const folder = temporaryFolder()
    fs.writeFileSync(lockOf(folder), text)
    expect(await attempt(folder)).toMatchObject(TAKEN_AFTER_WATCHING)
  })
})

test('of many starts over a dead lock one gets the folder', async () => {
  const folder = temporaryFolder()
  leave(folder, { ...ENDED, socket: await deadSocket(folder) })
  const attempts = await Promise.all(Array.from({ length: 8 }, () => attempt(folder)))
  expect(attempts.filter(({ refusal }) => refusal === undefined)).toHaveLength(1)
})

describe('an owner', () => {
  /** A clock whose next beat comes when it is called. */
  function beating(): { clock: Clock; beat: () => Promise<void> } {
    let next = Promise.withResolvers<void>()
    const sleep: Clock['sleep'] = (_, signal) => {
      signal?.addEventListener('abort', () => next.resolve())
      return next.promise
    }
    const beat = async () => {
      const { resolve } = next
      next = Promise.withResolvers<void>()
      resolve()
      await systemClock.turn()
    }
    return { clock: { ...systemClock, sleep }, beat }
  }

  test('whose folder was taken over while it was stopped ends itself, and leaves the new lock alone', async () => {
    const folder = temporaryFolder()
    const lost: string[] = []
    const { clock, beat } = beating()
    await locked(folder, { clock, onLost: (text) => lost.push(text) })
    leave(folder, OTHER_KERNEL)
    await beat()
    expect(lost).toEqual([expect.stringMatching(/taken over by process .* \(host other-host\).*This process ends/)])
    expect(readLock(lockOf(folder))?.holder).toMatchObject(OTHER_KERNEL)
  })

  test('puts its lock back when somebody removes it', async () => {
    const folder = temporaryFolder()
    const { clock, beat } = beating()
    await locked(folder, { clock })
    const before = fs.readFileSync(lockOf(folder), 'utf8')
    fs.rmSync(lockOf(folder))
    await beat()
    expect(fs.readFileSync(lockOf(folder), 'utf8')).toBe(before)
  })
})

/** Commands in a PID namespace of their own, as in a container; on the same files. */
const CONTAINER = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child']

function hasNamespaces(): boolean {
  try {
    const [program, ...parameters] = [...CONTAINER, 'true']
    execFileSync(program, parameters, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const HOLDER = `
  import { lockFolder } from '#infra/stand-ins/kit/folder-lock.ts'
  await lockFolder(process.argv[1]).then(() => console.log('owned'), (error) => { console.log(error.message); process.exit(1) })
  setInterval(() => undefined, 1000)
`

describe.runIf(hasNamespaces())('host and container', () => {
  async function start(folder: string, prefix: readonly string[]) {
    const [program, ...parameters] = [
      ...prefix,
      process.execPath,
      '--input-type=module-typescript',
      '-e',
      HOLDER,
      folder,
    ]
    const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    return { child, line: line.toString().trim() }
  }

  test('share one lock, either way round; what kill -9 leaves is taken over without a wait', async () => {
    const folder = temporaryFolder()
    const container = await start(folder, CONTAINER)
    expect(container.line).toBe('owned')
    expect(await attempt(folder)).toMatchObject({
      refusal: expect.stringMatching(/in use by process 1 in another container/) as string,
      watched_ms: 0,
    })
    container.child.kill('SIGKILL')
    await once(container.child, 'exit')
    let host = await attempt(folder)
    // The kernel ends what was in the namespace a moment later.
    await expect
      .poll(async () => (host.refusal === undefined ? host : (host = await attempt(folder))))
      .toMatchObject(TAKEN)
    expect((await start(folder, CONTAINER)).line).toContain(`in use by process ${process.pid} in another container`)
  })
})
