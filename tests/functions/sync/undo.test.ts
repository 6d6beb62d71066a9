import { expect, test } from 'vitest'

import { compare } from '#infra/operate/import/comparison.ts'
import { AUDIENCES_IMPORT } from '#infra/operate/import/kinds/audiences.ts'
import { judge } from '#functions/sync/undo/judge.ts'
import { isoTime } from '#shared/base/clock.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { HISTORY_COLUMN, readHistory } from '#shared/table/object/row-history.ts'
import { serverWriter, type Writer } from '#shared/table/object/writer.ts'
import { effort, longTest } from '#tests/support/effort.ts'
import { fc, runs } from '#tests/support/seeds.ts'
import { DISPATCH, MINUTE_MS, undoWorld, type UndoWorld } from './undo-world.ts'

const DEVICE: Writer = { by: 'u', client_id: 'cli_01h455vb4pex5vsknk084sn02q', via: 'sync' }
const HOUR_MS = 60 * MINUTE_MS

function shortOf({ undone, left }: Awaited<ReturnType<UndoWorld['undo']>>) {
  return {
    undone: undone.map(({ id, change }) => [id, change]),
    left: left.map(({ id, reason }) => [id, reason]),
  }
}

test('what was made since is deleted, what was deleted comes back, and changed fields are as they were', async () => {
  const world = undoWorld()
  const kept = await world.audience({ name: 'Kept' })
  const changed = await world.audience({ name: 'Before', metadata: { tags: ['spring'] } })
  const removed = await world.audience({ name: 'Removed' })
  await world.pass()
  const at = world.now()
  await world.pass()
  const made = await world.audience({ name: 'Made' })
  await world.patch(AUDIENCES, changed, { name: 'After', metadata: { tags: null } })
  await world.patch(AUDIENCES, changed, { name: 'After all', status: 'archived' })
  await world.remove(AUDIENCES, removed)
  await world.pass()

  const told = await world.undo(at, { dry_run: true })
  const done = await world.undo(at)
  expect(told).toEqual({ ...done, dry_run: true })
  expect(done.undone).toEqual(
    expect.arrayContaining([
      { kind: 'audience', id: made, name: 'Made', change: 'deleted', fields: [], kept: [], version: 2 },
      {
        kind: 'audience',
        id: changed,
        name: 'After all',
        change: 'changed',
        fields: ['status', 'name', 'metadata'],
        kept: [],
        version: 4,
      },
      { kind: 'audience', id: removed, name: 'Removed', change: 'restored', fields: [], kept: [], version: 3 },
    ]),
  )
  expect([done.undone.length, done.left, done.more]).toEqual([3, [], false])
  expect(await world.shown(AUDIENCES, made)).toBe('deleted')
  expect(await world.shown(AUDIENCES, changed)).toMatchObject({
    name: 'Before',
    status: 'active',
    metadata: { tags: ['spring'] },
  })
  expect(await world.shown(AUDIENCES, removed)).toMatchObject({ name: 'Removed' })
  expect(await world.shown(AUDIENCES, kept)).toMatchObject({ name: 'Kept' })
  expect(await world.undo(at)).toMatchObject({ undone: [], left: [], more: false })
})

test('an undo is taken back by an undo to the moment before it', async () => {
  const world = undoWorld()
  const id = await world.audience({ name: 'Before' })
  await world.pass()
  const at = world.now()
  await world.pass()
  await world.patch(AUDIENCES, id, { name: 'After' })
  const made = await world.audience({ name: 'Made' })
  await world.pass()
  const before_undo = world.now()
  await world.pass()
  await world.undo(at)
  await world.pass()
  expect(shortOf(await world.undo(before_undo))).toEqual({
    undone: [
      [made, 'restored'],
      [id, 'changed'],
    ],
    left: [],
  })
  expect(await world.shown(AUDIENCES, id)).toMatchObject({ name: 'After' })
})

test('an undo of a draft stands alone in its past: it shares no version with the changes that it takes back', async () => {
  const world = undoWorld()
  const id = await world.audience({ name: 'Before', status: 'draft' })
  await world.pass(11 * MINUTE_MS)
  const at = world.now()
  await world.pass()
  await world.patch(AUDIENCES, id, { name: 'After' })
  await world.pass()
  const before_undo = world.now()
  await world.pass()
  expect(shortOf(await world.undo(at))).toEqual({ undone: [[id, 'changed']], left: [] })
  await world.pass()
  expect(shortOf(await world.undo(before_undo))).toEqual({ undone: [[id, 'changed']], left: [] })
  expect(await world.shown(AUDIENCES, id)).toMatchObject({ name: 'After' })
})

test('what the service has changed since is left, and what only the service has changed is not spoken of', async () => {
  const world = undoWorld()
  const both = await world.audience()
  const idle = await world.audience()
  await world.pass()
  const at = world.now()
  await world.pass()
  await world.patch(AUDIENCES, both, { name: 'Own' })
  for (const id of [both, idle]) await world.patch(AUDIENCES, id, { status: 'archived' }, DISPATCH)
  expect(shortOf(await world.undo(at))).toEqual({ undone: [], left: [[both, 'changed_by_others']] })
})

test('what any device of the user has pushed goes back, and what an import has overwritten since is left', async () => {
  const world = undoWorld()
  const pushed = await world.audience({ name: 'Before' })
  const imported = await world.audience()
  await world.pass()
  const at = world.now()
  await world.pass()
  await world.patch(AUDIENCES, pushed, { name: 'After' }, DEVICE)
  await world.patch(AUDIENCES, imported, { name: 'Own' }, DEVICE)
  await world.patch(AUDIENCES, imported, { name: 'Of the file' }, serverWriter('import'))
  expect(shortOf(await world.undo(at))).toEqual({
    undone: [[pushed, 'changed']],
    left: [[imported, 'changed_by_others']],
  })
  expect(await world.shown(AUDIENCES, pushed)).toMatchObject({ name: 'Before' })
})

test('changes of a draft that are kept as one and begin before the moment are left', async () => {
  const world = undoWorld()
  const id = await world.audience({ status: 'draft' })
  await world.pass()
  const at = world.now()
  await world.pass()
  await world.patch(AUDIENCES, id, { name: 'One entry with the creation' })
  expect(shortOf(await world.undo(at))).toEqual({ undone: [], left: [[id, 'shared_entry']] })
})

test('a record whose past is not kept far enough is left, and so is one whose value was too large to keep', async () => {
  const world = undoWorld()
  const often = await world.audience()
  const large = await world.audience({ description: 'x'.repeat(5000), original_query: 'y'.repeat(9000) })
  await world.pass()
  const at = world.now()
  await world.pass()
  await world.patchOften(
    AUDIENCES,
    often,
    Array.from({ length: 51 }, (_, n) => ({ name: `${n}` })),
  )
  await world.patch(AUDIENCES, large, { original_query: null })
  expect(shortOf(await world.undo(at)).left).toEqual(
    expect.arrayContaining([
      [often, 'not_kept'],
      [large, 'not_kept'],
    ]),
  )
})

test('a platform comes back pending and without credentials, and says so; a disconnection goes no further back', async () => {
  const world = undoWorld()
  const deleted = await world.platform({ name: 'Deleted' })
  const renamed = await world.platform({ name: 'Renamed' })
  const cut = await world.platform({ name: 'Cut' })
  const credentials = { encrypted: true, fields: ['token'], hint: {}, updated_at: world.now() }
  for (const id of [deleted, renamed, cut]) await world.set(PLATFORMS, id, { status: 'connected', credentials })
  await world.pass()
  const at = world.now()
  await world.pass()
  await world.remove(PLATFORMS, deleted)
  await world.patch(PLATFORMS, renamed, { name: 'New', status: 'disconnected' })
  await world.patch(PLATFORMS, cut, { status: 'disconnected' })
  const done = await world.undo(at)
  expect(done.undone).toMatchObject([
    { id: renamed, change: 'changed', fields: ['name'], kept: ['status'] },
    { id: deleted, change: 'restored', fields: [], kept: ['status', 'credentials'] },
  ])
  expect(shortOf(done).left).toEqual([[cut, 'cannot_go_back']])
  expect(await world.shown(PLATFORMS, deleted)).toMatchObject({ name: 'Deleted', status: 'pending' })
  expect(await world.shown(PLATFORMS, renamed)).toMatchObject({ name: 'Renamed', status: 'disconnected' })
})

test('distributions that are begun stay, others are deleted with their audience; a time that is ahead goes back', async () => {
  const world = undoWorld()
  const platform = await world.platform()
  const old = await world.audience()
  const [first, second] = ['2025-05-15T20:00:00.000Z', '2025-05-15T22:00:00.000Z']
  const moved = await world.distribute(old, platform, first)
  const soon = await world.distribute(old, platform, '2025-05-15T12:10:00.000Z')
  await world.pass()
  const at = world.now()
  await world.pass()
  const made = await world.audience()
  const waiting = await world.distribute(made, platform, second)
  const begun = await world.distribute(old, platform)
  await world.report(begun, 'in_progress')
  await world.report(begun, 'completed')
  await world.reschedule(moved, second)
  await world.remove(DISTRIBUTIONS, soon)
  await world.pass(HOUR_MS)
  const done = await world.undo(at)
  expect(new Map(done.undone.map(({ id, change }) => [id, change]))).toEqual(
    new Map([
      [waiting, 'deleted'],
      [made, 'deleted'],
      [moved, 'changed'],
    ]),
  )
  expect(new Map(done.left.map(({ id, reason }) => [id, reason]))).toEqual(
    new Map([
      [begun, 'already_sent'],
      [soon, 'past_due'],
    ]),
  )
  // Nothing was left for a moment that names a deleted audience.
  expect(done.undone[0]).toMatchObject({ id: waiting })
  expect(await world.shown(DISTRIBUTIONS, moved)).toMatchObject({ scheduled_at: first, status: 'scheduled' })
})

test('a scheduled send that was deleted comes back while its time is ahead, and not from that very millisecond on', async () => {
  const world = undoWorld()
  const [audience, platform] = [await world.audience(), await world.platform()]
  const due_ms = Date.parse(world.now()) + HOUR_MS
  const [due, ahead] = [
    await world.distribute(audience, platform, isoTime(due_ms)),
    await world.distribute(audience, platform, isoTime(due_ms + 1)),
  ]
  await world.pass()
  const at = world.now()
  await world.pass()
  await world.remove(DISTRIBUTIONS, due)
  await world.remove(DISTRIBUTIONS, ahead)
  await world.pass(due_ms - Date.parse(world.now()))
  expect(shortOf(await world.undo(at))).toEqual({ undone: [[ahead, 'restored']], left: [[due, 'past_due']] })
})

test('a send that failed and waits for its second attempt is begun, and stays', async () => {
  const world = undoWorld()
  const [audience, platform] = [await world.audience(), await world.platform()]
  await world.pass()
  const at = world.now()
  await world.pass()
  const [waiting, again] = [await world.distribute(audience, platform), await world.distribute(audience, platform)]
  for (const status of ['in_progress', 'failed', 'pending'] as const) await world.report(again, status)
  await world.pass()
  expect(shortOf(await world.undo(at))).toEqual({ undone: [[waiting, 'deleted']], left: [[again, 'already_sent']] })
})

test('each month costs one PUT, and a dry run only what lists cost', async () => {
  const world = undoWorld()
  const months = ['2025-03', '2025-04', '2025-05']
  const ids: string[] = []
  for (const month of months) for (let n = 0; n < 3; n++) ids.push(await world.audience({}, { month }))
  await world.pass()
  const at = world.now()
  await world.pass()
  for (const id of ids) await world.patch(AUDIENCES, id, { name: 'After' })
  world.store.resetCounts()
  await world.undo(at, { dry_run: true })
  expect(world.store.counts).toMatchObject({ list: 2, read: 4, write: 0 })
  world.store.resetCounts()
  expect((await world.undo(at)).undone).toHaveLength(9)
  expect(world.store.counts).toMatchObject({ list: 2, read: 4, write: 3 })
})

test('a month that the bucket does not take is told with more to do, and the next undo does only that', async () => {
  const broken = { is_on: false }
  const world = undoWorld({
    faultOf: ({ operation, name }) =>
      broken.is_on && operation === 'write' && name.includes('202504') ? 'unavailable' : undefined,
  })
  const ids: string[] = []
  for (const month of ['2025-03', '2025-04', '2025-05']) ids.push(await world.audience({}, { month }))
  await world.pass()
  const at = world.now()
  await world.pass()
  for (const id of ids) await world.patch(AUDIENCES, id, { name: 'After' })
  broken.is_on = true
  const first = await world.undo(at)
  expect([first.undone.length, first.more]).toEqual([2, true])
  expect(first.left).toMatchObject([{ id: ids[1], reason: 'retry', problem: { status: 503 } }])
  expect([first.left_count, first.retry_count]).toEqual([0, 1])
  broken.is_on = false
  expect(shortOf(await world.undo(at))).toEqual({ undone: [[ids[1], 'changed']], left: [] })
})

test('lost answers and two undos at two instances simultaneously take everything back once', async () => {
  const world = undoWorld()
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.push(await world.audience({ name: `${n}` }))
  await world.pass()
  const at = world.now()
  await world.pass()
  for (const id of ids) await world.patch(AUDIENCES, id, { name: 'After' })
  world.store.strike('write', 'lost_answer', 2)
  const both = await Promise.all([world.undo(at), world.undo(at)])
  expect(both.flatMap(({ undone }) => undone)).toHaveLength(5)
  expect(both.flatMap(({ left }) => left)).toEqual([])
  for (const [n, id] of ids.entries()) expect(await world.shown(AUDIENCES, id)).toMatchObject({ name: `${n}` })
})

/** Changes of three kinds in several months since a moment; each takes one version to go back. */
async function changedEverywhere(world: UndoWorld) {
  const renamed = await world.audience({ name: 'Before' }, { month: '2025-03' })
  const removed = await world.audience({ name: 'Removed' }, { month: '2025-04' })
  const platform = await world.platform({ name: 'Before' })
  const sent = await world.distribute(removed, platform, '2025-05-15T20:00:00.000Z')
  await world.pass()
  const at = world.now()
  await world.pass()
  const made = await world.audience({ name: 'Made' })
  const planned = await world.distribute(made, platform, '2025-05-15T21:00:00.000Z')
  await world.patch(AUDIENCES, renamed, { name: 'After' })
  await world.patch(PLATFORMS, platform, { name: 'After' })
  await world.remove(DISTRIBUTIONS, sent)
  await world.remove(AUDIENCES, removed)
  const records = [
    [AUDIENCES, renamed],
    [AUDIENCES, removed],
    [AUDIENCES, made],
    [PLATFORMS, platform],
    [DISTRIBUTIONS, sent],
    [DISTRIBUTIONS, planned],
  ] as const
  const now = () =>
    Promise.all(
      records.map(async ([kind, id]) => [(await world.get(kind, id))!.version, await world.shown(kind, id)] as const),
    )
  return { at, ids: records.map(([, id]) => id), now }
}

test('an undo whose instance dies at any moment is finished by the next one: as if done once, and nothing twice', async () => {
  const whole = undoWorld()
  const { at, now } = await changedEverywhere(whole)
  const before = await now()
  expect((await whole.undo(at)).undone).toHaveLength(6)
  const after = await now()
  expect(after.map(([version]) => version)).toEqual(before.map(([version]) => version + 1))

  const found_undone = new Set<number>()
  for (let awaits = 1; ; awaits += effort(9, 1)) {
    const world = undoWorld()
    const records = await changedEverywhere(world)
    if (await world.crashingUndo(records.at, awaits)) break
    const { undone, left, more } = await world.undo(records.at)
    found_undone.add(undone.length)
    expect([left, more]).toEqual([[], false])
    expect(await records.now()).toEqual(after)
    expect(await world.undo(records.at)).toMatchObject({ undone: [], left: [], more: false })
  }
  // It died before the first commit, between any two of the kinds, and after the last.
  expect(found_undone.size).toBeGreaterThan(3)
})

longTest('two thousand records are taken back at a time, and the next undo takes the rest', async () => {
  const world = undoWorld()
  const at = world.now()
  await world.pass()
  await world.audiences(2001)
  const first = await world.undo(at)
  expect([first.undone.length, first.left_count, first.more]).toEqual([2000, 0, true])
  const second = await world.undo(at)
  expect([second.undone.length, second.left_count, second.more]).toEqual([1, 0, false])
})

test('months that are slow to be looked at wait for the next undo, so that those that were are taken back', async () => {
  const slow = { ms: 0 }
  const world = undoWorld({ latencyMs: ({ operation }) => (operation === 'read' ? slow.ms : 0) })
  const at = world.now()
  await world.pass()
  for (let n = 1; n <= 12; n++) await world.audience({}, { month: `2024-${String(n).padStart(2, '0')}` })
  slow.ms = 2500
  const first = await world.undo(at)
  expect([first.undone.length, first.left_count, first.more]).toEqual([7, 0, true])
  slow.ms = 0
  const second = await world.undo(at)
  expect([second.undone.length, second.left_count, second.more]).toEqual([5, 0, false])
})

test('a moment more than a day ago, or in the future, is refused', async () => {
  const world = undoWorld()
  for (const at of ['2025-05-14T11:59:00Z', '2025-05-15T12:02:00Z']) {
    await expect(world.undo(at)).rejects.toMatchObject({ kind: 'invalid-input', errors: [{ path: 'at' }] })
  }
})

test('between two versions the order counts: what a slower clock dates before the moment goes back with what was earlier', async () => {
  const world = undoWorld()
  const id = await world.audience({ name: 'Before' })
  await world.pass()
  const at_ms = world.clock.nowMs()
  await world.pass()
  await world.patch(AUDIENCES, id, { name: 'After' })
  await world.patch(AUDIENCES, id, { description: 'Later' })
  const row = (await world.get(AUDIENCES, id))!
  const { seen, entries } = readHistory(row)!
  const [newest, ...earlier] = entries
  const dated = { seen, entries: [{ ...newest, at: isoTime(at_ms - 1) }, ...earlier] }
  const stored = { ...row, [HISTORY_COLUMN]: Buffer.from(JSON.stringify(dated)) }
  expect(judge(AUDIENCES, { user_id: 'u', at_ms }, stored, world.clock.nowMs())).toMatchObject({
    kind: 'undone',
    fields: ['name', 'description'],
    row: { name: 'Before', description: null },
  })
})

test('what an instance whose clock is behind has changed last is found all the same', async () => {
  let ahead_ms = 0
  const world = undoWorld({ aheadMs: () => ahead_ms })
  const [changed, untouched] = [await world.audience({ name: 'Before' }), await world.audience()]
  await world.pass()
  const at = world.now()
  await world.pass(1000)
  await world.patch(AUDIENCES, changed, { name: 'After' })
  ahead_ms = -20_000
  await world.patch(AUDIENCES, changed, { description: 'Later' })
  expect((await world.get(AUDIENCES, changed))!['updated_at']).toBeLessThan(Date.parse(at))
  expect(shortOf(await world.undo(at))).toEqual({ undone: [[changed, 'changed']], left: [] })
  expect(await world.shown(AUDIENCES, changed)).toMatchObject({ name: 'Before', description: null })
  expect(await world.get(AUDIENCES, untouched)).toMatchObject({ version: 1 })
})

test('an import, which dates records back, hides no change: it replaces none that anybody else has written last', async () => {
  const world = undoWorld()
  const ids = [await world.audience(), await world.audience()]
  for (const id of ids) await world.patch(AUDIENCES, id, { name: 'Of a file' }, serverWriter('import'))
  await world.patch(AUDIENCES, ids[0]!, { name: 'Own' }, DEVICE)
  await world.remove(AUDIENCES, ids[1]!)
  for (const id of ids) {
    const row = (await world.get(AUDIENCES, id))!
    const wanted = { ...row, name: 'Of a newer file' }
    expect(compare(AUDIENCES_IMPORT, wanted, world.clock.nowMs() + HOUR_MS, row)).toMatch(/^(edited|deleted)_since$/)
  }
})

/** One step of a history: which record, and what is done to it. */
const step = fc.record({
  which: fc.nat(4),
  what: fc.constantFrom('make', 'rename', 'tag', 'archive', 'activate', 'delete', 'restore', 'serve'),
  pass_ms: fc.constantFrom(0, 1, 90_000, 11 * MINUTE_MS),
})

/** Carries it out as far as the record's machine allows. */
async function carryOut(world: UndoWorld, ids: string[], { which, what }: { which: number; what: string }, n: number) {
  if (what === 'make')
    return void ids.push(await world.audience({ name: `made ${n}`, status: n % 2 ? 'draft' : 'active' }))
  const id = ids[which % ids.length]!
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    rename: () => world.patch(AUDIENCES, id, { name: `renamed ${n}`, segments: [{ segment_id: n }] }),
    tag: () => world.patch(AUDIENCES, id, { metadata: { tags: [`${n}`] } }),
    archive: () => world.patch(AUDIENCES, id, { status: 'archived' }),
    activate: () => world.patch(AUDIENCES, id, { status: 'active' }),
    delete: () => world.remove(AUDIENCES, id),
    restore: () => world.restore(AUDIENCES, id),
    serve: () => world.patch(AUDIENCES, id, { description: `served ${n}` }, DISPATCH),
  }
  await steps[what]!().catch(() => undefined)
}

test('after an undo every record that nobody else has touched is as it was, unless it is named as left', async () => {
  const history = fc.array(step, { minLength: 1, maxLength: 9 })
  let undone_count = 0
  await fc.assert(
    fc.asyncProperty(history, history, async (before, since) => {
      const world = undoWorld()
      const ids = [await world.audience({ name: 'first' }), await world.audience({ name: 'second', status: 'draft' })]
      const carryOutAll = async (steps: typeof before, from: number) => {
        for (const [n, one] of steps.entries()) {
          await world.pass(one.pass_ms)
          await carryOut(world, ids, one, from + n)
        }
      }
      await carryOutAll(before, 0)
      const at = world.now()
      const then = new Map<string, unknown>()
      for (const id of ids) then.set(id, await world.shown(AUDIENCES, id))
      await world.pass(1)
      await carryOutAll(since, 100)
      await world.pass(1)
      const now = new Map<string, unknown>()
      for (const id of ids) now.set(id, await world.shown(AUDIENCES, id))
      const { undone, left, more } = await world.undo(at)
      undone_count += undone.length
      expect(more).toBe(false)
      const named = new Set(left.map(({ id }) => id))
      for (const id of ids) {
        const shown = await world.shown(AUDIENCES, id)
        // What only the service has changed since is nobody's to take back.
        const is_left = named.has(id) || /served 1\d\d/.test(JSON.stringify(shown))
        expect(shown).toEqual(is_left ? now.get(id) : (then.get(id) ?? 'deleted'))
      }
      expect((await world.undo(at)).undone).toEqual([])
    }),
    runs(4, 600),
  )
  expect(undone_count).toBeGreaterThan(3)
})
