import { expect, test } from 'vitest'

import { Problem } from '#shared/base/problem.ts'
import type { Outcome } from '#shared/table/commit/mutation.ts'
import { idOf, idsOf, rowOf, tableHarness } from './harness.ts'
import { changeNote, createNote, NOTES_BY_USER } from './notes.ts'

/** What a table answers when its process is about to end: in time, and no more than is true. */

const OBJECT = 'notes/user_id=u/notes.parquet'
const STALL_MS = 5_000

/** A note, and a store that from now on stalls five seconds before it reads or writes. */
async function stalling(operation: 'read' | 'write') {
  const harness = tableHarness({ schema: NOTES_BY_USER })
  const { run, store, clock, instance } = harness
  const id = await run(async () => idOf(await instance().create('u', createNote())))
  const [read, write] = [store.read.bind(store), store.write.bind(store)]
  if (operation === 'read') store.read = async (...given) => (await clock.sleep(STALL_MS), read(...given))
  else store.write = async (...given) => (await clock.sleep(STALL_MS), write(...given))
  store.resetCounts()
  const ending = new AbortController()
  return { ...harness, id, ending, table: instance({ ending: ending.signal }) }
}

async function answerOf(work: Promise<Outcome>): Promise<unknown> {
  const answer = await work.catch((error: unknown) => error)
  if (!(answer instanceof Problem)) return answer
  const { kind, members, retry_after_ms = 0 } = answer
  return { kind, ...members, retries: retry_after_ms > 0 }
}

const NOT_MADE = { kind: 'unavailable', retries: true }

test('a change that was sent and not answered is unknown, under the id to repeat it with', async () => {
  const { table, id, ending, run, clock, snapshot } = await stalling('write')
  await run(async () => {
    const sent = answerOf(table.mutate('u', changeNote(id, { title: 'sent' })))
    await clock.sleep(1_000)
    ending.abort()
    expect(await sent).toEqual({ kind: 'unavailable', outcome: 'unknown', note_id: id, retries: true })
    expect(clock.monotonicMs()).toBeLessThan(STALL_MS)
    await clock.sleep(STALL_MS)
  })
  expect(snapshot(OBJECT).footer.rev).toBe(2)
})

test('changes that wait behind it were not made, and never are; nor are those that come afterwards', async () => {
  const { table, id, ending, run, clock, store, instance } = await stalling('write')
  await run(async () => {
    const sent = answerOf(table.mutate('u', changeNote(id, { title: 'sent' })))
    await clock.sleep(1_000)
    const waiting = [1, 2, 3].map(() => answerOf(table.create('u', createNote())))
    await clock.sleep(1_000)
    ending.abort()
    expect(await Promise.all(waiting)).toEqual([NOT_MADE, NOT_MADE, NOT_MADE])
    expect(await answerOf(table.create('u', createNote()))).toEqual(NOT_MADE)
    await sent
    await clock.sleep(2 * STALL_MS)
  })
  expect(store.counts.write).toBe(1)
  expect(await run(() => idsOf(instance(), 'u'))).toEqual([id])
})

test('a change whose rows are still being read was not made, and is not sent when they arrive', async () => {
  const { table, id, ending, run, clock, store, snapshot } = await stalling('read')
  await run(async () => {
    const reading = answerOf(table.mutate('u', changeNote(id, { title: 'never sent' })))
    await clock.sleep(1_000)
    ending.abort()
    expect(await reading).toEqual(NOT_MADE)
    expect(clock.monotonicMs()).toBeLessThan(STALL_MS)
    await clock.sleep(2 * STALL_MS)
  })
  expect([store.counts.write, snapshot(OBJECT).footer.rev]).toEqual([0, 1])
})

test('a change whose record is still being looked for was not made', async () => {
  const { table, ending, run, clock, store } = await stalling('read')
  await run(async () => {
    const looking = answerOf(table.mutate('u', changeNote('note-ab12cd34', { title: 'of an old id' })))
    await clock.sleep(1_000)
    ending.abort()
    expect(await looking).toEqual(NOT_MADE)
    expect(clock.monotonicMs()).toBeLessThan(STALL_MS)
    await clock.sleep(2 * STALL_MS)
  })
  expect(store.counts.write).toBe(0)
})

test('an attempt that was refused for certain is not repeated, and nothing is unknown about it', async () => {
  const { table, id, ending, run, clock, store } = await stalling('write')
  await run(async () => {
    await table.get('u', id)
    store.place(OBJECT, store.bytesOf(OBJECT)!)
    const refused = answerOf(table.mutate('u', changeNote(id, { title: 'refused' })))
    // The conflict is answered; its second attempt waits.
    store.read = async () => (await clock.sleep(STALL_MS), Promise.reject(new Error('never read')))
    await clock.sleep(STALL_MS + 2_000)
    ending.abort()
    expect(await refused).toEqual(NOT_MADE)
    await clock.sleep(2 * STALL_MS)
  })
  expect(store.counts.write).toBe(1)
})

test('what is stored in time is acknowledged', async () => {
  const { table, id, ending, run } = await stalling('write')
  const stored = await run(() => table.mutate('u', changeNote(id, { title: 'in time' })))
  expect(rowOf(stored)).toMatchObject({ title: 'in time', version: 2 })
  ending.abort()
})
