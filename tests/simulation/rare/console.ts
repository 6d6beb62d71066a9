import { assembleFile, parseFile } from '#shared/parquet/file.ts'
import { StoreError } from '#shared/objects/object-store.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'
import type { History } from '../history.ts'
import { Problem } from '#shared/base/problem.ts'
import {
  escapePartitionValue,
  monthOf,
  monthOfObject,
  objectName,
  userOfObject,
  userPrefix,
} from '#shared/table/object/partition.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { INDEX_FOLDER, tableFolder, userFolders } from '#shared/table/read/user-folders.ts'
import { inspectObject } from '#shared/table/recovery/integrity.ts'
import { newId } from '#shared/base/ids.ts'
import { noteRow } from '#tests/table/notes.ts'
import { EVERY_ROW } from '#tests/table/pages.ts'
import { storedObject } from '#tests/table/stored.ts'
import { isReadable } from '../readable.ts'
import { between, oneOf } from '../seeded-random.ts'
import { answerOf, expectThat, type AskerWorld } from './asking.ts'

type World = Omit<AskerWorld, 'user_id'>
type KeyValues = Map<string, string>

/** Bytes of a key-value, changed. */
function changed(key: string, change: (bytes: Buffer) => Uint8Array) {
  return (values: KeyValues): void => {
    const bytes = Buffer.from(change(Buffer.from(values.get(key) ?? '', 'base64')))
    values.set(key, bytes.toString('base64'))
  }
}

/** One client with one change of a status that no release has. */
const UNKNOWN_STATUS = Buffer.concat([
  Buffer.alloc(16 + 8 + 6),
  Buffer.from([0, 0, 0, 1]),
  Buffer.alloc(8 + 16),
  Buffer.from([99, 0]),
])

/** Footers that are whole Parquet, and wrong all the same. */
const WRONG_FOOTERS: readonly ((values: KeyValues) => void)[] = [
  (values) => void values.delete('rev'),
  (values) => values.set('rev', 'many'),
  (values) => values.set('floor', '99999999999999999999'),
  (values) => values.set('format', '2'),
  (values) => values.set('home', 'notes/user_id=somebody/notes.parquet'),
  (values) => values.set('past_epochs', 'once upon a time'),
  changed('commits', (bytes) => bytes.subarray(0, -1)),
  changed('ledger', (bytes) => Buffer.concat([bytes, Buffer.alloc(16 * 2 + 2 + 6), Buffer.from([9])])),
  changed('ledger', (bytes) => Buffer.concat([bytes, Buffer.alloc(3)])),
  changed('clients', (bytes) => Buffer.concat([bytes, Buffer.alloc(20)])),
  changed('clients', (bytes) => Buffer.concat([bytes, UNKNOWN_STATUS])),
  changed('purged', (bytes) => Buffer.concat([bytes, Buffer.alloc(5)])),
]

/** Nobody but a console writes anything of theirs. */
const SILENT_USER = 'zoe'

const WRONG_INDEXES: readonly string[] = [
  'no JSON',
  '{"format": 2, "tables": {}}',
  '{"format": 1}',
  '{"format": 1, "tables": {"notes": []}}',
  '{"format": 1, "tables": {"notes": {"note_old31": "202505"}}}',
  '{"format": 1, "tables": {"notes": {"note_old31": [1, "202505"]}}}',
  '{"format": 1, "tables": {"notes": {"note_old31": ["note-old31", 5]}}}',
  '{"format": 1, "tables": {"notes": {"note_old31": ["note-old31", "May"]}}}',
]

/** Somebody with a console, who puts there what is whole and wrong, or belongs nowhere, and takes it back. */
export async function tamperNowAndThen(world: World): Promise<void> {
  const { random, history } = world
  const ways = [
    placeWrongFooter,
    placeWrongFooter,
    placeWrongIndex,
    rewriteAsOlder,
    placeStrays,
    indexTogether,
    takeAway,
  ]
  for (let rounds = between(random, 2, 5); rounds > 0; rounds--) {
    await history.clock.sleep(between(random, 500, 6000))
    await oneOf(random, ways)(world)
  }
}

/** Nobody is shown anything of it, nobody writes over it, and an inspection says that it cannot be read. */
async function placeWrongFooter(world: World): Promise<void> {
  const { history, random } = world
  const { store, schema } = history
  const name = someObject(world)
  if (name === undefined) return
  const bytes = store.bytesOf(name)!
  const { key_values, ...file } = parseFile(bytes)
  const values = new Map(key_values)
  oneOf(random, WRONG_FOOTERS)(values)
  const wrong = assembleFile({ ...file, key_values: values }).bytes
  await inItsPlace(world, name, wrong, async () => {
    const user_id = userOfObject(schema, name)!
    const month = monthOfObject(schema, user_id, name)!
    const { findings } = await inspectObject(schema, { name, bytes: wrong, month, monthOfLegacyId: undefined })
    expectThat(findings[0]?.check === 'unreadable', `${name} is wrong and can be read`)
    const { table, ...instance } = world.fleet.startFresh()
    const answer = await answerOf(history, { table, ...instance }, table.pushed(user_id, month))
    const is_refused = answer === 'gone' || answer instanceof Problem
    expectThat(is_refused, `${name} is wrong and was read`)
  })
}

/** Without an index nobody is told that an old note is not there. */
async function placeWrongIndex(world: World): Promise<void> {
  const { history, random, fleet } = world
  const { store, schema } = history
  const name = oneOf(random, [...store.names().filter((one) => one.startsWith('indexes/')), undefined])
  if (name === undefined) return
  const user_id = /user_id=([^/]+)/.exec(name)![1]!
  const first = between(random, 0, WRONG_INDEXES.length - 1)
  const some = [...WRONG_INDEXES, ...WRONG_INDEXES].slice(first, first + 3)
  for (const wrong of some)
    await inItsPlace(world, name, Buffer.from(wrong), async () => {
      const instance = fleet.startFresh()
      const user = decodeURIComponent(user_id)
      const reading = oneOf(random, [
        () => instance.table.get(user, 'note-nobody'),
        () => instance.table.locateAll(user, ['note-nobody']),
      ])
      const answer = await answerOf<unknown>(history, instance, reading())
      expectThat(answer === 'gone' || answer instanceof Problem, `an old id was looked up in what is no index`)
      const adding = instance.table.legacy_ids.add(schema, user, [{ id: 'note-nobody', month: '' }])
      const added = await adding.then(
        () => 'added',
        (error: unknown) => String(error),
      )
      expectThat(added !== 'added', 'an old id was added to what is no index')
    })
}

/** Two imports write an index simultaneously: what either was told is there, is there. */
async function indexTogether({ history, fleet }: World): Promise<void> {
  const { schema, clock } = history
  const months = schema.partitioned_by === 'user' ? '' : '202001'
  const entries = [0, 1, 2].map((n) => ({ id: `note-${clock.monotonicMs()}x${n}`, month: months }))
  const added = await Promise.all(
    entries.map(async (entry) => {
      const instance = fleet.startFresh()
      const adding = instance.table.legacy_ids.add(schema, 'ann', [entry])
      return await adding.then(
        () => entry,
        (error: unknown) => requireExpected(history, error),
      )
    }),
  )
  const told = added.filter((entry) => entry !== undefined)
  const reader = fleet.startFresh()
  const located = await answerOf(
    history,
    reader,
    reader.table.locateAll(
      'ann',
      told.map(({ id }) => id),
    ),
  )
  if (!Array.isArray(located)) return
  const lost = told.find((_, at) => located[at] === undefined)
  expectThat(lost === undefined, `${lost?.id} was told to be in the index and is not`)
}

/**
 * An object of a user who writes nothing is placed again, or taken away, while its changes are followed: who follows is
 * told that it is gone, has it whole, or knows that it was cut.
 */
async function takeAway({ history, fleet, random }: World): Promise<void> {
  const { schema, store, clock } = history
  const created_at = clock.nowMs()
  const month = schema.partitioned_by === 'user' ? '' : monthOf(created_at)
  const name = objectName(schema, SILENT_USER, month)
  const ids = Array.from({ length: oneOf(random, [1, 12]) }, () => newId('note', created_at, random))
  const rows = ids.map((id) => noteRow(id, { version: 1, rev: 1, size: 0, tags: ['silent'] }))
  const commits = [{ commit_id: '00'.repeat(8), time_ms: created_at }]
  const bytes = await storedObject(schema, name, rows, { commits })
  const place = (): string => {
    const generation = store.place(name, bytes)
    history.outside.add(generation)
    return generation
  }
  const generation = place()
  const instance = fleet.any()
  const { table } = instance
  const is_known = random.uniform() < 0.5
  const is_removed = random.uniform() < 0.7
  const follow = async (): Promise<void> => {
    const position = { epoch: 'another', rev: 1, generation: is_known ? 'another' : generation, after_id: '' }
    const positions = new Map(is_known ? [[month, position]] : [])
    // Some have an earlier generation of it.
    if (random.uniform() < 0.5) {
      await table.rows(SILENT_USER, { columns: [], filter: EVERY_ROW }).next()
      place()
    }
    const listed = await table.listed(SILENT_USER)
    if (is_removed) store.remove(name)
    let seen: string | undefined
    for await (const object of table.changed(SILENT_USER, {
      positions,
      columns: [],
      listed: Promise.resolve(listed),
    })) {
      seen = object.kind
      if (object.kind !== 'changed') continue
      const read: string[] = []
      for await (const row of object.rows()) {
        if (read.push(String(row['note_id'])) === 1) place()
      }
      expectThat(
        object.is_cut || read.length === ids.length,
        `${read.length} of ${ids.length} rows are all that is followed`,
      )
      const wrong = read.find((id) => !ids.includes(id))
      expectThat(wrong === undefined && new Set(read).size === read.length, `${wrong ?? read.join()} is followed`)
    }
    if (!is_removed) expectThat(seen === 'changed' || seen === 'unreadable', `what is there is followed as ${seen}`)
    else
      expectThat(
        seen === 'unreadable' || seen === (is_known ? 'gone' : undefined),
        `what is gone is followed as ${seen}`,
      )
  }
  await answerOf(history, instance, follow())
  store.remove(name)
}

/** Puts something in an object's place for a while. Whatever is written over it is in the landings, and not allowed. */
async function inItsPlace(
  { history, random }: World,
  name: string,
  wrong: Uint8Array,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { store, clock } = history
  const right = store.bytesOf(name)!
  history.note(`${name} is replaced by something wrong`)
  history.damage(name)
  history.outside.add(store.place(name, wrong))
  await meanwhile()
  await clock.sleep(between(random, 500, 10_000))
  expectThat(Buffer.from(store.bytesOf(name)!).equals(wrong), `${name} was written over although it could not be read`)
  history.note(`${name} is put back`)
  history.outside.add(store.place(name, right))
}

/** The object as a release wrote it that could neither purge nor push, or that gave its rows no statistics. */
function rewriteAsOlder(world: World): Promise<void> {
  const { history, random } = world
  const name = someObject(world)
  if (name === undefined) return Promise.resolve()
  const bytes = history.store.bytesOf(name)!
  const { key_values, groups, schema } = parseFile(bytes)
  const values = new Map(key_values)
  const { footer } = wholeSnapshot(name, 'live', bytes)
  if (footer.purged.size === 0 && footer.floor === 0) for (const key of ['purged', 'purged_version']) values.delete(key)
  if (footer.clients.size === 0) values.delete('clients')
  if (random.uniform() < 0.5) {
    for (const { metadata } of groups) for (const { meta_data } of metadata.columns) delete meta_data?.statistics
  }
  const rewritten = assembleFile({ schema, groups, key_values: values }).bytes
  history.note(`${name} is rewritten as an older release would have`)
  const generation = history.store.place(name, rewritten)
  history.outside.add(generation)
  history.rewritten.add(generation)
  return Promise.resolve()
}

/** A walk shows what belongs to nobody as such, and goes on behind any place. */
async function placeStrays(world: World): Promise<void> {
  const { history, random, fleet } = world
  const { store, schema } = history
  const some = store.names().find((name) => userOfObject(schema, name) !== undefined)
  const user_id = some === undefined ? 'ann' : userOfObject(schema, some)!
  const strays = [
    `${schema.name}/stray`,
    `${schema.name}/user_id=%zz/${schema.name}.parquet`,
    `${userPrefix(schema, user_id)}other.txt`,
    `${userPrefix(schema, user_id)}zz_999999.parquet`,
    `indexes/user_id=${escapePartitionValue(user_id)}/other.json`,
  ].filter(() => random.uniform() < 0.6)
  for (const name of strays) history.outside.add(store.place(name, Buffer.from('a stray')))
  history.note(`strays are put there: ${strays.join()}`)
  const instance = fleet.any()
  const walk = async (after: string | undefined): Promise<{ places: string[]; found: string[] }> => {
    const places: string[] = []
    const found: string[] = []
    for await (const folder of userFolders(instance.walk, [tableFolder(schema), INDEX_FOLDER], after)) {
      places.push(folder.place)
      found.push(...folder.strays)
      const others = [...folder.objects.values()].flat().filter(({ name }) => strays.includes(name))
      expectThat(others.length === 0, `a stray is taken for an object of ${folder.user_id}`)
    }
    return { places, found }
  }
  const whole = await answerOf(history, instance, walk(undefined))
  if (whole !== 'gone' && !(whole instanceof Problem)) {
    const missing = strays.find((name) => !whole.found.includes(name))
    expectThat(missing === undefined, `${missing} was not shown as a stray`)
    const wrong = whole.found.find((name) => !strays.includes(name))
    expectThat(wrong === undefined, `${wrong} was taken for a stray`)
    const after = oneOf(random, whole.places)
    const rest = await answerOf(history, instance, walk(after))
    if (rest !== 'gone' && !(rest instanceof Problem)) {
      const expected = whole.places.slice(whole.places.indexOf(after) + 1)
      const lost = expected.find((place) => !rest.places.includes(place))
      expectThat(
        lost === undefined && !rest.places.includes(after),
        `a walk behind ${after} shows ${rest.places.join()}`,
      )
    }
  }
  // Listings leave them out; they are taken away before anybody else walks.
  const listed = await answerOf(history, instance, instance.table.listed(user_id))
  if (listed !== 'gone' && !(listed instanceof Problem))
    expectThat(!listed.some(({ name }) => strays.includes(name)), 'a stray is listed')
  for (const name of strays) store.remove(name)
}

function someObject({ history: { store, schema }, random }: World): string | undefined {
  const names = store.names().filter((name) => userOfObject(schema, name) !== undefined)
  const readable = names.filter((name) => isReadable(name, store.bytesOf(name)!))
  return readable.length > 0 ? oneOf(random, readable) : undefined
}

function requireExpected(history: History, error: unknown): undefined {
  const is_damaged = error instanceof CorruptObject && history.wasDamaged(error.object)
  if (is_damaged || error instanceof StoreError) return undefined
  throw error
}
