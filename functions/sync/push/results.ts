import { Problem } from '#shared/base/problem.ts'
import { problemMembers } from '#shared/contract/problem-document.ts'
import type { PushStatus } from '#shared/contract/sync.ts'
import { ID_TIME, untimelyId } from '#shared/records/record-id.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import type { Cells } from '#shared/records/rows.ts'
import type { PushOutcome } from '#shared/table/commit/mutation.ts'
import { syncedRecord } from '../rows.ts'
import { conflictProblem } from './decide.ts'

/** What became of one pushed change, as the answer tells it. */
export interface PushResult {
  readonly seq: number
  readonly status: PushStatus
  /** Of what was made: the record's version; 0 when there is no record. */
  readonly version?: number
  /** Of a conflict: which fields, where that is known. */
  readonly fields?: readonly string[]
  /** Of a conflict: the record as it is; null when there is none, or no room for it in the answer. */
  readonly server?: Readonly<Record<string, unknown>> | null
  readonly retry_after_ms?: number
  readonly problem?: Readonly<Record<string, unknown>>
}

/** Of records in one answer. */
const SERVER_BYTES_MAX = 4 * 1024 * 1024
/** Of the bad fields in one answer, and of one change. */
const ERRORS_BYTES_MAX = 1024 * 1024
const ERRORS_SHOWN = 10
const RETRY_AFTER_MS = 1000

/** Spells the results of one push, within what an answer may have. */
export class Results {
  readonly #user_id: string
  readonly #now_ms: number
  #server_bytes = SERVER_BYTES_MAX
  #errors_bytes = ERRORS_BYTES_MAX

  constructor(user_id: string, now_ms: number) {
    this.#user_id = user_id
    this.#now_ms = now_ms
  }

  of(
    { seq, kind }: { readonly seq: number; readonly kind: RecordKind | undefined },
    { verdict, problem, row }: Pick<PushOutcome<Cells>, 'verdict' | 'problem' | 'row'>,
  ): PushResult {
    const { status, fields } = verdict
    switch (status) {
      case 'applied':
      case 'merged':
      case 'duplicate':
        return { seq, status, version: row?.version ?? 0 }
      case 'conflict': {
        const server = row && kind ? this.#copyOf(kind, row) : null
        const why = problem ?? (kind && conflictProblem(kind, fields)) ?? refusedBefore()
        return { seq, status, fields, server, problem: this.#spelled(why) }
      }
      case 'depends-on':
        return { seq, status: 'invalid', problem: this.#spelled(problem ?? dependsOn(Number(fields[0]))) }
      case 'invalid': {
        // Of what was refused before, the client is told again what it mends by itself.
        const is_untimely = kind && fields.includes(ID_TIME)
        const why = problem ?? (is_untimely ? untimelyId(kind, this.#now_ms) : refusedBefore())
        return { seq, status, problem: this.#spelled(why) }
      }
      case 'retry': {
        const why = problem ?? usedNumber()
        return { seq, status, retry_after_ms: why.retry_after_ms ?? RETRY_AFTER_MS, problem: this.#spelled(why) }
      }
    }
  }

  #copyOf(kind: RecordKind, row: Cells): Readonly<Record<string, unknown>> | null {
    // A thousand conflicts of large records must not be spelled to be left out.
    if (this.#server_bytes <= 0) return null
    const record = syncedRecord(kind, this.#user_id, row)
    this.#server_bytes -= Buffer.byteLength(JSON.stringify(record))
    return this.#server_bytes < 0 ? null : record
  }

  #spelled(problem: Problem): Readonly<Record<string, unknown>> {
    const { errors, members } = problem
    const document = problemMembers(problem)
    if (!errors) return document
    const shown = errors.slice(0, ERRORS_SHOWN)
    this.#errors_bytes -= Buffer.byteLength(JSON.stringify(shown))
    const { errors_omitted: before = 0 } = members as { errors_omitted?: number }
    if (this.#errors_bytes < 0) return { ...document, errors_omitted: before + errors.length }
    const errors_omitted = before + errors.length - shown.length
    return { ...document, errors: shown, ...(errors_omitted > 0 && { errors_omitted }) }
  }
}

/** @param seq of the change that was refused */
export function dependsOn(seq: number): Problem {
  return new Problem('conflict', `The change depends on number ${seq}, which was refused.`, {
    members: { code: 'depends-on', seq },
  })
}

function refusedBefore(): Problem {
  return new Problem('invalid-input', 'The change was refused when it was pushed before.')
}

function usedNumber(): Problem {
  return new Problem('contended', 'Another copy of this client has just used the number of this change.', {
    retry_after_ms: RETRY_AFTER_MS,
  })
}
