import type { ImportMode } from './import-mode.ts'
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
  readonly #unknown = new Map<string, { file: string; field: string; rows: number }>()

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
    for (const field of fields) {
      const key = `${file.name}\n${field}`
      const known = this.#unknown.get(key)
      if (known) known.rows++
      else this.#unknown.set(key, { file: file.name, field, rows: 1 })
    }
  }

  get unknown_fields(): readonly { file: string; field: string; rows: number }[] {
    return [...this.#unknown.values()]
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
    const { id, mode, from, target, started_at, counts, unreadable_files, skipped_files, unknown_fields } = this
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
