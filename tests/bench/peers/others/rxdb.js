import { createRxDatabase } from 'rxdb/plugins/core'
import { replicateRxCollection } from 'rxdb/plugins/replication'
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie'

import { isShown, post, pulledPages, show, SHOWN, timedWrites } from '../page/screen.ts'

/** RxDB with its free storage for browsers; its replication keeps what is to be sent. */
const text = { type: 'string' }
const schema = {
  version: 0,
  primaryKey: 'audience_id',
  type: 'object',
  properties: {
    audience_id: { type: 'string', maxLength: 40 },
    created_at: { type: 'string', maxLength: 30 },
    user_id: text,
    updated_at: text,
    name: text,
    version: { type: 'number' },
    deleted: { type: 'boolean' },
  },
  additionalProperties: true,
  required: ['audience_id', 'created_at'],
  indexes: ['created_at'],
}

let collection

async function opened() {
  if (collection === undefined) {
    const database = await createRxDatabase({ name: 'rxdb', storage: getRxStorageDexie() })
    ;({ audiences: collection } = await database.addCollections({
      audiences: { schema: { ...schema, properties: { ...schema.properties, ...(await freeProperties()) } } },
    }))
  }
  return collection
}

/** RxDB names every column; what lies in one it need not know. */
async function freeProperties() {
  const answer = await fetch('/columns')
  const columns = await answer.json()
  return Object.fromEntries(columns.filter((name) => !(name in schema.properties)).map((name) => [name, {}]))
}

function replicate(pages) {
  return replicateRxCollection({
    collection,
    replicationIdentifier: 'bench',
    live: true,
    pull: {
      batchSize: 250,
      handler: async () => {
        const next = pages === undefined ? { done: true } : await pages.next()
        const documents = next.done ? [] : next.value.map((row) => ({ ...row, _deleted: false }))
        return { documents, checkpoint: { at: documents.at(-1)?.audience_id ?? 'end' } }
      },
    },
    push: {
      batchSize: 1000,
      handler: async (rows) => {
        await post(rows.map(({ newDocumentState }) => newDocumentState))
        return []
      },
    },
  })
}

async function change(id, name) {
  const found = await collection.findOne(id).exec()
  await found.incrementalPatch({ name })
}

window.peer = {
  open: async () => {
    await opened()
    const found = await collection.find().exec()
    collection
      .find({ sort: [{ created_at: 'desc' }], limit: SHOWN })
      .$.subscribe((shown) => shown.forEach((row) => show(row.audience_id, row.name)))
    await isShown()
    return found.length
  },
  firstPull: async () => {
    await opened()
    const replication = replicate(pulledPages())
    await replication.awaitInitialReplication()
    await replication.cancel()
    return await collection.count().exec()
  },
  writes: (count) => timedWrites(count, change),
  change,
  ids: async () => (await collection.find().exec()).map(({ audience_id }) => audience_id),
  push: async () => {
    const replication = replicate(undefined)
    await replication.awaitInSync()
    await replication.cancel()
    return 1000
  },
}
