import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Ports for programs that cannot choose one themselves (`PORT=0`). They lie below the range from which the system gives
 * ports to connections and to servers that ask for any, so that nothing takes one between our look and its use. Each
 * process of the tests has a block of its own.
 */
const FIRST_PORT = 10_000
const BLOCKS = 200
const BLOCK_PORTS = 100

let used = 0

/** A port on which nobody listens and that nobody else is given. */
export async function freePort(): Promise<number> {
  while (used < BLOCK_PORTS) {
    const port = FIRST_PORT + (process.pid % BLOCKS) * BLOCK_PORTS + used++
    if (await isFree(port)) return port
  }
  throw new Error(`all ${BLOCK_PORTS} ports of this process are used`)
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  const listening = once(probe, 'listening')
  probe.listen(port, '127.0.0.1')
  try {
    await listening
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
  probe.close()
  await once(probe, 'close')
  return true
}
