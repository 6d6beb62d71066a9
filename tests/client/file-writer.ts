import { nodePorts } from '#shared/client/node/node-ports.ts'
import { StorageError } from '#shared/client/storage.ts'

/**
 * A process that writes numbers, each into two stores, and prints each when it is acknowledged. It goes on until it is killed
 * or the disk is full; then it prints what it was told, and reads once more.
 */
const [folder = '', written = '0'] = process.argv.slice(2)
const { storages } = nodePorts(folder)
const storage = await storages.open<{ notes: { text: string }; outbox: { seq: number } }>('notes', { reader: 1 })
try {
  for (let seq = Number(written) + 1; ; seq++) {
    await storage.transact(['notes', 'outbox'], 'write', async ({ notes, outbox }) => {
      notes.put(seq, { text: 'x'.repeat(30_000) })
      outbox.put(seq, { seq })
    })
    process.stdout.write(`${seq}\n`)
  }
} catch (error) {
  if (!(error instanceof StorageError)) throw error
  const left = await storage.transact(['notes'], 'read', ({ notes }) => notes.getKeys())
  process.stdout.write(`${error.kind} ${left.length}\n`)
}
