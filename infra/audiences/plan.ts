import { isSameJson } from '#shared/base/same-json.ts'
import { AUDIENCES, audienceFields } from '#shared/records/audience.ts'
import type { AudienceContent } from './folder/audience-text.ts'
import type { AudienceFile, FolderContent } from './folder/audience-folder.ts'
import type { FileFault } from './folder/read-audience.ts'
import type { ServedAudience } from './service/audience-service.ts'

/** What apply would do, from files and records alone. */

export type FieldName = keyof AudienceContent

export interface Creation {
  readonly action: 'create'
  readonly file: AudienceFile
}

export interface Change {
  readonly action: 'change'
  readonly file: AudienceFile
  readonly now: ServedAudience
  readonly fields: readonly FieldName[]
}

export interface Archiving {
  readonly action: 'archive'
  readonly now: ServedAudience
}

export type Step = Creation | Change | Archiving

/** A file that cannot be applied as it stands. */
export interface Conflict {
  readonly file: AudienceFile
  /**
   * - `stale`: the record has changed since the file was made.
   * - `exists`: the file has no version, and a record of its id is there, which differs.
   * - `gone`: there is no such record, or not of this user.
   */
  readonly kind: 'stale' | 'exists' | 'gone'
  readonly now: ServedAudience | undefined
  readonly fields: readonly FieldName[]
}

/** A file that says what its record is. */
export interface Settled {
  readonly file: AudienceFile
  readonly now: ServedAudience
}

export interface Plan {
  readonly steps: readonly (Creation | Change)[]
  readonly conflicts: readonly Conflict[]
  readonly faults: readonly FileFault[]
  readonly settled: readonly Settled[]
  /** Audiences, but for archived ones, that no file is of. Not known, and empty, while a file cannot be read. */
  readonly missing: readonly ServedAudience[]
}

export const FIELD_NAMES = Object.keys(audienceFields.shape) as readonly FieldName[]

/** Compares each record with its file as it comes, so that no more than the differences is kept. */
export class Planning {
  readonly #files: ReadonlyMap<string, AudienceFile>
  readonly #new: readonly AudienceFile[]
  readonly #seen = new Set<string>()
  readonly #faults: FileFault[]
  readonly #steps: (Creation | Change)[] = []
  readonly #conflicts: Conflict[] = []
  readonly #settled: Settled[] = []
  readonly #missing: ServedAudience[] = []
  readonly #is_readable: boolean

  constructor({ files, faults }: FolderContent) {
    this.#files = new Map(files.flatMap((file) => (file.audience_id === undefined ? [] : [[file.audience_id, file]])))
    this.#new = files.filter(({ audience_id }) => audience_id === undefined)
    this.#faults = [...faults]
    this.#is_readable = faults.length === 0
  }

  add(now: ServedAudience): void {
    const file = this.#files.get(now.audience_id)
    if (file === undefined) {
      if (this.#is_readable && now.content.status !== 'archived') this.#missing.push(now)
      return
    }
    this.#seen.add(now.audience_id)
    const fields = differingFields(file.content, now.content)
    if (fields.length === 0) this.#settled.push({ file, now })
    else if (file.version === undefined) this.#conflicts.push({ file, kind: 'exists', now, fields })
    else if (file.version !== now.version) this.#conflicts.push({ file, kind: 'stale', now, fields })
    else this.#addChange({ action: 'change', file, now, fields })
  }

  end(): Plan {
    for (const file of [...this.#files.values(), ...this.#new]) {
      if (file.audience_id !== undefined && this.#seen.has(file.audience_id)) continue
      if (file.version !== undefined) this.#conflicts.push({ file, kind: 'gone', now: undefined, fields: [] })
      else if (file.field_faults.length > 0) this.#faults.push(...file.field_faults)
      else this.#steps.push({ action: 'create', file })
    }
    return {
      steps: this.#steps.toSorted((a, b) => order(a.file.path, b.file.path)),
      conflicts: this.#conflicts.toSorted((a, b) => order(a.file.path, b.file.path)),
      faults: this.#faults.toSorted((a, b) =>
        a.path === b.path ? (a.line ?? 0) - (b.line ?? 0) : order(a.path, b.path),
      ),
      settled: this.#settled,
      missing: this.#missing,
    }
  }

  #addChange(change: Change): void {
    const { file, now } = change
    const allowed = AUDIENCES.transitions[now.content.status] ?? []
    const { status } = file.content
    if (file.field_faults.length > 0) this.#faults.push(...file.field_faults)
    else if (status === now.content.status || allowed.includes(status)) this.#steps.push(change)
    else {
      const ways = `an audience that is ${now.content.status} can become ${allowed.join(' or ')}`
      this.#faults.push({ path: file.path, line: undefined, column: undefined, message: `status ${status}: ${ways}` })
    }
  }
}

export function differingFields(a: AudienceContent, b: AudienceContent): FieldName[] {
  return FIELD_NAMES.filter((name) => !isSameJson(a[name], b[name]))
}

function order(a: string, b: string): number {
  return a < b ? -1 : 1
}
