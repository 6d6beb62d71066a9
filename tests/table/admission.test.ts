import { expect, test } from 'vitest'

import { type Admission, evaluate, readBatchRows } from '#shared/table/commit/evaluate.ts'
import type { Mutation } from '#shared/table/commit/mutation.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { changeNote, noteRow, NOTES } from './notes.ts'
import { storedObject } from './stored.ts'

const NAME = 'notes/user_id=u/year=2025/month=05/notes_202505.parquet'
const ID = 'note_01jv2t8000e008000000000001'
const NEW_ID = 'note_01jv2t8000e008000000000002'

const CHANGES: Readonly<Record<string, Mutation>> = {
  'a new record': {
    ...changeNote(NEW_ID, {}),
    decide: () => ({ kind: 'write', row: noteRow(NEW_ID), status: 201 }),
  },
  'a larger one in its place': changeNote(ID, { title: 'x'.repeat(5000) }),
  'one no larger in its place': changeNote(ID, { title: 'a tITLE' }),
  'a shorter one in its place': changeNote(ID, { title: 'a' }),
  'one that changes nothing': changeNote(ID, { title: 'a title' }),
}

/** What an object admits, each change alone. */
async function admitted(admission: Admission): Promise<readonly string[]> {
  const rows = [noteRow(ID, { version: 1, rev: 1 })]
  const snapshot = wholeSnapshot(NAME, 'live', await storedObject(NOTES, NAME, rows))
  const kinds = Object.entries(CHANGES).map(async ([name, change]) => {
    const batch_rows = await readBatchRows(NOTES, snapshot, [change])
    const options = { now_ms: 0, admission, history_bytes_max: 1000 }
    const { outcomes, writes } = evaluate({ schema: NOTES, month: '202505' }, batch_rows, [change], options)
    const { kind } = outcomes[0]!
    expect(writes.length).toBe(kind === 'written' ? 1 : 0)
    return kind === 'refused' ? [] : [`${name}: ${kind}`]
  })
  return (await Promise.all(kinds)).flat()
}

const NOTHING_NEW = 'one that changes nothing: kept'
const SMALLER = ['one no larger in its place: written', 'a shorter one in its place: written', NOTHING_NEW]
const REPLACEMENTS = ['a larger one in its place: written', ...SMALLER]

test.each<[Admission, readonly string[]]>([
  ['all', ['a new record: written', ...REPLACEMENTS]],
  ['replacements', REPLACEMENTS],
  ['no_larger', SMALLER],
  ['none', [NOTHING_NEW]],
  ['read_only', [NOTHING_NEW]],
])(
  'an object that admits %s takes those, refuses the others, and is asked nothing of what changes nothing',
  async (admission, taken) => {
    expect(await admitted(admission)).toEqual(taken)
  },
)
