import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'

const BUSY = new URL('busy-process.ts', import.meta.url).pathname

/** More than Node lets wait by itself, which is 511. */
const CROWD = 700

// Other systems let fewer wait by themselves.
test.runIf(process.platform === 'linux')(
  'a crowd that comes while the process is busy is let wait, not turned away',
  async () => {
    const child = spawn(process.execPath, [BUSY], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const sockets = Array.from({ length: CROWD }, () => connect(Number(port), '127.0.0.1'))
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
    // Whom the system has turned away never gets here: nobody of the crowd is ever accepted.
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    expect(sockets.every(({ readyState }) => readyState === 'open')).toBe(true)
  },
)
