import { createHash } from 'node:crypto'

import { idTimeMs } from '#shared/base/ids.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Creation, Decision, Mutation } from '#shared/table/commit/mutation.ts'
import { HISTORY_COLUMN } from '#shared/table/object/row-history.ts'
import type { Writer } from '#shared/table/object/writer.ts'
import { SYSTEM_COLUMNS, type Row, type StoredRow, type TableSchema } from '#shared/table/object/schema.ts'

/** A small kind of record with a column of every type, one of them a detail. */
export const NOTES: TableSchema = {
  name: 'notes',
  id_prefix: 'note',
  id_column: 'note_id',
  partitioned_by: 'month',
  columns: [
    { name: 'note_id', type: 'string', statistics: true },
    ...SYSTEM_COLUMNS,
    { name: 'title', type: 'string' },
    { name: 'size', type: 'int64' },
    { name: 'score', type: 'double' },
    { name: 'tags', type: 'string_list' },
    { name: 'body', type: 'json' },
    { name: HISTORY_COLUMN, type: 'json' },
  ],
  detail_columns: ['body', HISTORY_COLUMN],
  history: {
    columns: ['title', 'size', 'tags', 'body', 'deleted'],
    secret_columns: ['score'],
    draft: { column: 'title', value: 'a draft' },
  },
}

/** Who writes in tests, where it does not matter. */
export const WRITER: Writer = { by: 'u', client_id: null, via: 'api' }

/** The same records, one object per user. */
export const NOTES_BY_USER: TableSchema = { ...NOTES, partitioned_by: 'user' }

export interface Key {
  readonly request_hash: string
  readonly body_hash: string
}

export function keyed(key: string, body = 'body'): Key {
  const hash16 = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)
  return { request_hash: hash16(`POST /notes ${key}`), body_hash: hash16(body) }
}

export function bodyCell(content: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(content))
}

export function noteRow(id: string, fields: Row = {}): StoredRow {
  return {
    note_id: id,
    created_at: idTimeMs('note', id) ?? 0,
    updated_at: 0,
    version: 0,
    rev: 0,
    deleted: false,
    client_id: null,
    updated_by: null,
    [HISTORY_COLUMN]: null,
    title: 'a title',
    size: 1,
    score: 0.5,
    tags: ['tag'],
    body: bodyCell({ text: 'the body' }),
    ...fields,
  }
}

interface CreateOptions {
  readonly id?: string
  readonly fields?: Row
  readonly key?: Key
  readonly size_bytes?: number
}

/** Creates a note; on one that is there it is a conflict. */
export function createNote({ id, fields = {}, key, size_bytes = 100 }: CreateOptions = {}): Creation {
  return {
    id,
    writer: WRITER,
    idempotency: key,
    size_bytes,
    decide: (new_id, current): Decision =>
      current
        ? refuse(new Problem('conflict', 'exists'))
        : { kind: 'write', row: noteRow(new_id, fields), status: 201 },
  }
}

interface ChangeOptions {
  readonly if_match?: number
  readonly key?: Key
}

/** Changes fields of a live note. */
export function changeNote(id: string, fields: Row, { if_match, key }: ChangeOptions = {}): Mutation {
  return {
    id,
    writer: WRITER,
    idempotency: key,
    size_bytes: 100,
    decide: (current): Decision => {
      if (!current || current['deleted']) return refuse(new Problem('not-found', 'no such note'))
      if (if_match !== undefined && current['version'] !== if_match) {
        const version = current.version
        return refuse(new Problem('stale-version', `at version ${version}`, { members: { version } }))
      }
      const is_same = Object.entries(fields).every(([name, cell]) => current[name] === cell)
      if (is_same) return { kind: 'keep', row: current, status: 200 }
      return { kind: 'write', row: { ...current, ...fields }, status: 200 }
    },
  }
}

export function deleteNote(id: string, options: ChangeOptions = {}): Mutation {
  return changeNote(id, { deleted: true }, options)
}

function refuse(problem: Problem): Decision {
  return { kind: 'refuse', problem }
}
