import { createServer } from 'node:http'

import { listen } from '#shared/http/server/serve.ts'

/** Listens, says where, and then never accepts a connection, as a process that is busy with its first requests. */
const { port } = await listen(createServer(), 0, '127.0.0.1')
process.stdout.write(`${port}\n`, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
