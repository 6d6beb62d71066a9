/**
 * The Cloud Storage stand-in as a command:
 * `node infra/stand-ins/gcs/main.ts --data DIR [--port N] [--bucket NAME]… [--no-fsync] [--no-versioning]`
 *
 * Prints `{"url": "http://127.0.0.1:PORT"}` on a line of its own when it answers. SIGTERM and SIGINT end it gracefully.
 */
import { parseArgs } from 'node:util'
import { startGcs } from './server.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    port: { type: 'string', default: '0' },
    bucket: { type: 'string', multiple: true, default: [] },
    fsync: { type: 'boolean', default: true },
    versioning: { type: 'boolean', default: true },
  },
  allowNegative: true,
})

if (values.data === undefined) {
  process.stderr.write('Say where to keep the objects: --data DIR\n')
  process.exit(2)
}

const gcs = await startGcs({
  data_dir: values.data,
  port: Number(values.port),
  buckets: values.bucket,
  fsync: values.fsync,
  versioning: values.versioning,
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void gcs.close().then(() => process.exit(0)))
}
process.stdout.write(`${JSON.stringify({ url: gcs.url })}\n`)
