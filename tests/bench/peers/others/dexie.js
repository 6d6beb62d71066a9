import { Dexie, liveQuery } from 'dexie'

import { isShown, post, pulledPages, show, SHOWN, timedWrites } from '../page/screen.ts'

/** Dexie keeps rows and tells queries of changes. What is to be sent is a table of the app's own, as its guides show it. */
const db = new Dexie('dexie')
db.version(1).stores({ audiences: 'audience_id, created_at', outbox: '++seq' })

async function change(id, name) {
  await db.transaction('rw', db.audiences, db.outbox, async () => {
    await db.audiences.update(id, { name })
    await db.outbox.add({ id, set: { name } })
  })
}

const newest = () => db.audiences.orderBy('created_at').reverse().limit(SHOWN).toArray()

window.peer = {
  open: async () => {
    const rows = await db.audiences.toArray()
    liveQuery(newest).subscribe((shown) => shown.forEach((row) => show(row.audience_id, row.name)))
    await isShown()
    return rows.length
  },
  firstPull: async () => {
    for await (const rows of pulledPages()) await db.audiences.bulkPut(rows)
    return await db.audiences.count()
  },
  writes: (count) => timedWrites(count, change),
  change,
  ids: async () => await db.audiences.toCollection().primaryKeys(),
  push: async () => {
    const waiting = await db.outbox.toArray()
    await post(waiting)
    await db.outbox.bulkDelete(waiting.map(({ seq }) => seq))
    return waiting.length
  },
}
