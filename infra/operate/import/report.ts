import type { ImportMode } from './import-mode.ts'
import type { ValueChange } from './readers/source-fields.ts'
import type { Place, SkippedFile, SourceFile } from './source-files.ts'

/** A message about one row of the source. */
export interface RowNote {
  readonly file: string
  readonly row: number
  readonly id?: string
  readonly reason: string
}

export interface ImportCounts {
  files: number
  read: number
  /** Created or updated; in a dry run, what would be. */
  written: number
  /** Older copies of records that the source has several times. */
  merged: number
  unchanged: number
  /** Edited or deleted after an import, or newer in the bucket: not changed. */
  kept: number
  refused: number
  /** Verify only. */
  missing: number
  /** Verify only. */
  different: number
}

/** Paths are made of names in the source, which may be of any length. */
const PATH_LENGTH_MAX = 200

/** Further notes of a section are only counted. */
const NOTES_KEPT_MAX = 100_000

/** The result of every row that was read. Stored in the bucket as `migrations/{id}.json`. */
export class ImportReport {
  readonly id: string
  readonly mode: ImportMode
  readonly from: string
  readonly target: string
  readonly started_at: string
  readonly counts: ImportCounts = {
    files: 0,
    read: 0,
    written: 0,
    merged: 0,
    unchanged: 0,
    kept: 0,
    refused: 0,
    missing: 0,
    different: 0,
  }
  readonly unreadable_files: { file: string; reason: string }[] = []
  readonly skipped_files: SkippedFile[] = []
  readonly refused_rows: RowNote[] = []
  readonly kept_rows: RowNote[] = []
  /** Verify only: missing and different records. */
  readonly deviating_rows: RowNote[] = []
  /** Rows whose created_at was replaced by that of their id or of the index. */
  readonly adjusted_rows: RowNote[] = []
  /** Further messages about records that are stored as the source has them. */
  readonly remarks: RowNote[] = []
  readonly #unknown = new Tally<{ file: string; field: string }>()
  readonly #changed = new Tally<{ file: string; field: string; change: string }>()
  readonly #secrets = new Tally<{ kind: string; field: string }>()

  constructor(head: Pick<ImportReport, 'id' | 'mode' | 'from' | 'target' | 'started_at'>) {
    this.id = head.id
    this.mode = head.mode
    this.from = head.from
    this.target = head.target
    this.started_at = head.started_at
  }

  countRead(): void {
    this.counts.read++
  }

  refused(place: Place, id: string | undefined, reason: string): void {
    this.counts.refused++
    addNote(this.refused_rows, place, id, reason)
  }

  kept(place: Place, id: string, reason: string): void {
    this.counts.kept++
    addNote(this.kept_rows, place, id, reason)
  }

  deviates(section: 'missing' | 'different', place: Place, id: string, reason: string): void {
    this.counts[section]++
    addNote(this.deviating_rows, place, id, reason)
  }

  adjusted(place: Place, id: string, reason: string): void {
    addNote(this.adjusted_rows, place, id, reason)
  }

  remark(place: Place, id: string, reason: string): void {
    addNote(this.remarks, place, id, reason)
  }

  unreadable(file: SourceFile, reason: string): void {
    this.unreadable_files.push({ file: file.name, reason })
  }

  /** Fields of the source that records do not have; they are kept in metadata. */
  keptUnknown({ file }: Place, fields: readonly string[]): void {
    for (const field of fields) this.#unknown.add({ file: file.name, field })
  }

  /** Values that were not taken as they are: words for nothing, sizes of -1, cells that a row does not have. */
  changedValues({ file }: Place, changes: readonly ValueChange[]): void {
    for (const { field, change } of changes) this.#changed.add({ file: file.name, field, change })
  }

  /** Secrets that were left out, by the paths where they were. */
  removedSecrets({ file }: Place, fields: readonly string[]): void {
    for (const field of fields) this.#secrets.add({ kind: file.kind.kind.name, field: field.slice(0, PATH_LENGTH_MAX) })
  }

  get unknown_fields(): readonly { file: string; field: string; rows: number }[] {
    return this.#unknown.rows()
  }

  get changed_values(): readonly { file: string; field: string; change: string; rows: number }[] {
    return this.#changed.rows()
  }

  get removed_secrets(): readonly { kind: string; field: string; values: number }[] {
    return this.#secrets.rows().map(({ rows, ...said }) => ({ ...said, values: rows }))
  }

  /** Sorts the notes in the order of the source; rows are processed in any order. */
  sort(): void {
    for (const notes of [this.refused_rows, this.kept_rows, this.deviating_rows, this.adjusted_rows, this.remarks]) {
      notes.sort((a, b) => (a.file === b.file ? a.row - b.row : a.file < b.file ? -1 : 1))
    }
  }

  /** 0: everything is imported; 2: some rows or files were refused; 1: verify found missing or different records. */
  get exit_code(): 0 | 1 | 2 {
    if (this.counts.missing + this.counts.different > 0) return 1
    return this.counts.refused + this.unreadable_files.length > 0 ? 2 : 0
  }

  toJson(finished_at: string): string {
    const { id, mode, from, target, started_at, counts, unreadable_files, skipped_files } = this
    const { unknown_fields, changed_values, removed_secrets } = this
    const { refused_rows, kept_rows, deviating_rows, adjusted_rows, remarks } = this
    return `${JSON.stringify(
      {
        id,
        mode,
        from,
        target,
        started_at,
        finished_at,
        counts,
        unreadable_files,
        skipped_files,
        unknown_fields,
        changed_values,
        removed_secrets,
        refused_rows,
        kept_rows,
        ...(mode === 'verify' ? { deviating_rows } : {}),
        adjusted_rows,
        remarks,
      },
      null,
      1,
    )}\n`
  }
}

function addNote(notes: RowNote[], { file, number }: Place, id: string | undefined, reason: string): void {
  if (notes.length < NOTES_KEPT_MAX) {
    notes.push({ file: file.name, row: number, ...(id === undefined ? {} : { id }), reason })
  }
}

/** How many rows something is said of. What is said first is kept, up to `NOTES_KEPT_MAX` different things. */
class Tally<Said extends Readonly<Record<string, string>>> {
  readonly #rows = new Map<string, Said & { rows: number }>()

  add(said: Said): void {
    const key = JSON.stringify(Object.values(said))
    const known = this.#rows.get(key)
    if (known) known.rows++
    else if (this.#rows.size < NOTES_KEPT_MAX) this.#rows.set(key, { ...said, rows: 1 })
  }

  rows(): readonly (Said & { rows: number })[] {
    return [...this.#rows.values()]
  }
}
