import { createCollection, createLiveQueryCollection } from '@tanstack/db'
import { Dexie } from 'dexie'

import { isShown, post, pulledPages, show, SHOWN, timedWrites } from '../page/screen.ts'

/** TanStack DB keeps rows in memory; here Dexie keeps them, and what is to be sent, beyond the page. */
const db = new Dexie('tanstack')
db.version(1).stores({ audiences: 'audience_id', outbox: '++seq' })

let sync
const audiences = createCollection({
  id: 'audiences',
  getKey: ({ audience_id }) => audience_id,
  startSync: false,
  sync: {
    sync: (controls) => {
      sync = controls
      void db.audiences.toArray().then((rows) => {
        put(rows)
        controls.markReady()
      })
    },
  },
  onUpdate: async ({ transaction }) => {
    const rows = transaction.mutations.map(({ modified }) => modified)
    await db.transaction('rw', db.audiences, db.outbox, async () => {
      await db.audiences.bulkPut(rows)
      await db.outbox.bulkAdd(rows.map(({ audience_id, name }) => ({ id: audience_id, set: { name } })))
    })
    put(rows, 'update')
  },
})

function put(rows, type = 'insert') {
  sync.begin()
  for (const value of rows) sync.write({ type, value })
  sync.commit()
}

async function change(id, name) {
  const transaction = audiences.update(id, (draft) => {
    draft.name = name
  })
  await transaction.isPersisted.promise
}

window.peer = {
  open: async () => {
    await audiences.preload()
    const newest = createLiveQueryCollection({
      startSync: true,
      query: (query) =>
        query
          .from({ row: audiences })
          .orderBy(({ row }) => row.created_at, 'desc')
          .limit(SHOWN)
          .select(({ row }) => ({ audience_id: row.audience_id, name: row.name })),
    })
    newest.subscribeChanges(
      (changes) => {
        for (const { type, value } of changes) if (type !== 'delete') show(value.audience_id, value.name)
      },
      { includeInitialState: true },
    )
    await newest.preload()
    await isShown()
    return audiences.size
  },
  firstPull: async () => {
    await audiences.preload()
    for await (const rows of pulledPages()) {
      await db.audiences.bulkPut(rows)
      put(rows)
    }
    return audiences.size
  },
  writes: (count) => timedWrites(count, change),
  change,
  ids: async () => [...audiences.keys()],
  push: async () => {
    const waiting = await db.outbox.toArray()
    await post(waiting)
    await db.outbox.bulkDelete(waiting.map(({ seq }) => seq))
    return waiting.length
  },
}
