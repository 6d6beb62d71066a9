import { monthOf } from '#shared/table/object/partition.ts'
import { UnreadableFile } from './readers/reader.ts'
import type { ImportReport } from './report.ts'
import { toSourceRecord, type ConversionOptions, type SourceRecord } from './source-record.ts'
import type { Place, SourceFile } from './source-files.ts'

/**
 * The newest copy of each record in the source, found before anything is written. Holds ids and places only, about 300
 * bytes for each record; the rows are read again when they are imported.
 */
export class NewestCopies {
  /** Records with credentials to encrypt. */
  with_credentials = 0
  readonly #kinds = new Map<string, Map<string, Map<string, NewestCopy>>>()
  count = 0

  /** Adds a copy unless a newer one is known; of equally new copies the last one counts. */
  add(record: SourceRecord, place: Place): 'first' | 'newer' | 'older' {
    if (record.credentials?.kind === 'clear') this.with_credentials++
    const copies = this.#copiesOf(place.file.kind.kind.name, record.user_id)
    const before = copies.get(record.key)
    if (before && before.updated_at_ms > record.updated_at_ms) return 'older'
    const { id, is_old_id, updated_at_ms, created_at_ms } = record
    const month = place.file.kind.kind.partitioned_by === 'user' ? '' : monthOf(created_at_ms)
    copies.set(record.key, { place, id, is_old_id, updated_at_ms, month })
    if (before) return 'newer'
    this.count++
    return 'first'
  }

  /** Whether this copy is the one to import. */
  isNewest({ user_id, key }: SourceRecord, { file, number }: Place): boolean {
    const newest = this.#kinds.get(file.kind.kind.name)?.get(user_id)?.get(key)
    return newest?.place.file === file && newest.place.number === number
  }

  /** The users with records of a kind. */
  users(kind_name: string): ReadonlyMap<string, ReadonlyMap<string, NewestCopy>> {
    return this.#kinds.get(kind_name) ?? new Map<string, Map<string, NewestCopy>>()
  }

  #copiesOf(kind_name: string, user_id: string): Map<string, NewestCopy> {
    const users = this.#kinds.get(kind_name) ?? new Map<string, Map<string, NewestCopy>>()
    const copies = users.get(user_id) ?? new Map<string, NewestCopy>()
    this.#kinds.set(kind_name, users)
    users.set(user_id, copies)
    return copies
  }
}

interface NewestCopy {
  readonly place: Place
  readonly id: string
  readonly is_old_id: boolean
  readonly updated_at_ms: number
  /** Month of creation; empty in a table with one object for each user. */
  readonly month: string
}

/**
 * The valid records of one file.
 * @param report gets refused rows and unreadable files; `undefined` when the file is read again
 */
export async function* recordsOf(
  file: SourceFile,
  options: ConversionOptions,
  report: ImportReport | undefined,
): AsyncGenerator<{ record: SourceRecord; place: Place }> {
  try {
    for await (const entry of file.read(file.path, file.kind)) {
      report?.countRead()
      const place: Place = { file, number: entry.number }
      if (entry.kind === 'bad') {
        report?.refused(place, undefined, entry.reason)
        continue
      }
      const conversion = toSourceRecord(file, entry.fields, options)
      if (conversion.kind === 'refused') {
        const reason = entry.shortfall === undefined ? conversion.reason : `${entry.shortfall}: ${conversion.reason}`
        report?.refused(place, conversion.id, reason)
        continue
      }
      report?.changedValues(place, [...(entry.changes ?? []), ...conversion.record.changes])
      yield { record: conversion.record, place }
    }
  } catch (error) {
    // One bad file does not stop the import of the others.
    if (!(error instanceof UnreadableFile)) throw error
    report?.unreadable(file, error.message)
  }
}
