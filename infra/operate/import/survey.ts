import { monthOf } from '#shared/table/object/partition.ts'
import { UnreadableFile } from './readers/reader.ts'
import type { Report } from './report.ts'
import { toSourceRecord, type ConversionOptions, type SourceRecord } from './source-record.ts'
import type { Place, SourceFile } from './source-files.ts'

/**
 * What is in the source, before anything is written: which copy of each record is its newest, and where. Kept are ids
 * and places only, about 300 bytes for each record; the rows are read again when they are carried over.
 */
export class Survey {
  /** Records with credentials to encrypt. */
  with_credentials = 0
  readonly #kinds = new Map<string, Map<string, Map<string, Winner>>>()
  count = 0

  /** Takes note of a copy, unless there is a newer one; of equally new copies the later in order stands. */
  add(record: SourceRecord, place: Place): 'first' | 'newer' | 'older' {
    if (record.credentials?.kind === 'clear') this.with_credentials++
    const winners = this.#winnersOf(place.file.kind.kind.name, record.user_id)
    const before = winners.get(record.key)
    if (before && before.updated_at_ms > record.updated_at_ms) return 'older'
    const { id, is_old_id, updated_at_ms, created_at_ms } = record
    const month = place.file.kind.kind.partitioned_by === 'user' ? '' : monthOf(created_at_ms)
    winners.set(record.key, { place, id, is_old_id, updated_at_ms, month })
    if (before) return 'newer'
    this.count++
    return 'first'
  }

  /** Whether this copy is the one to carry over. */
  isWinner({ user_id, key }: SourceRecord, { file, number }: Place): boolean {
    const winner = this.#kinds.get(file.kind.kind.name)?.get(user_id)?.get(key)
    return winner?.place.file === file && winner.place.number === number
  }

  /** The users with records of a kind. */
  users(kind_name: string): ReadonlyMap<string, ReadonlyMap<string, Winner>> {
    return this.#kinds.get(kind_name) ?? new Map<string, Map<string, Winner>>()
  }

  #winnersOf(kind_name: string, user_id: string): Map<string, Winner> {
    const users = this.#kinds.get(kind_name) ?? new Map<string, Map<string, Winner>>()
    const winners = users.get(user_id) ?? new Map<string, Winner>()
    this.#kinds.set(kind_name, users)
    users.set(user_id, winners)
    return winners
  }
}

interface Winner {
  readonly place: Place
  readonly id: string
  readonly is_old_id: boolean
  readonly updated_at_ms: number
  /** Of its creation; empty in a table with one object for each user. */
  readonly month: string
}

/**
 * The records of one file, valid ones only. Rows and files that will not do are reported, the first time.
 * @param report where to; `undefined` when the file is read again
 */
export async function* recordsOf(
  file: SourceFile,
  options: ConversionOptions,
  report: Report | undefined,
): AsyncGenerator<{ record: SourceRecord; place: Place }> {
  try {
    for await (const entry of file.read(file.path)) {
      report?.countRead()
      const place: Place = { file, number: entry.number }
      if (entry.kind === 'bad') {
        report?.refused(place, undefined, entry.reason)
        continue
      }
      const conversion = toSourceRecord(file, entry.fields, options)
      if (conversion.kind === 'refused') report?.refused(place, conversion.id, conversion.reason)
      else yield { record: conversion.record, place }
    }
  } catch (error) {
    // The rest goes in: one bad file must not keep the others out.
    if (!(error instanceof UnreadableFile)) throw error
    report?.unreadable(file, error.message)
  }
}
