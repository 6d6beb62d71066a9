import type { Footer } from '#shared/table/object/footer.ts'
import type { Row } from '#shared/table/object/schema.ts'
import type { History, Operation } from './history.ts'
import { bodyMarks } from './looks.ts'

/** What a commit stamps on each row that it changes, and only on those; details say the same as the summary. */
export function checkStamps(history: History, footer: Footer, now: Row, before: Row | undefined): void {
  const id = String(now['note_id'])
  const marks = now['tags'] as readonly string[]
  if (bodyMarks(now).join() !== marks.join()) fail(`${id} is stored with other details at revision ${footer.rev}`)
  if (before && before['version'] === now['version']) {
    const touched = STAMPS.find((name) => before[name] !== now[name])
    if (touched) fail(`${id} was not changed at revision ${footer.rev}, but for its ${touched}`)
    return
  }
  const last = operationOf(history, marks.at(-1)!)
  const { time_ms } = footer.commits.at(-1)!
  if (now['rev'] !== footer.rev) fail(`${id} was changed at revision ${footer.rev} and does not show it`)
  if (now['updated_at'] !== (last.updated_at_ms ?? time_ms))
    fail(`${id} does not tell when it was changed at revision ${footer.rev}`)
  const count_before = before ? (before['tags'] as readonly string[]).length : 0
  const changes = marks.slice(count_before).map((mark) => operationOf(history, mark))
  const writer = changes.findLast(({ keeps_writer }) => !keeps_writer)?.writer
  const client_id = writer ? writer.client_id : before?.['client_id']
  const by = writer ? writer.by : before?.['updated_by']
  if (now['client_id'] !== client_id || now['updated_by'] !== by)
    fail(`${id} does not tell who changed it at revision ${footer.rev}`)
}

const STAMPS = ['rev', 'updated_at', 'client_id', 'updated_by'] as const
export const STAMPED_COLUMNS: readonly string[] = STAMPS

const operations = new WeakMap<History, ReadonlyMap<string, Operation>>()

function operationOf(history: History, mark: string): Operation {
  let by_mark = operations.get(history)
  if (!by_mark) operations.set(history, (by_mark = new Map(history.operations.map((one) => [one.mark, one]))))
  return by_mark.get(mark) ?? fail(`nobody asked for ${mark}`)
}

function fail(what: string): never {
  throw new Error(what)
}
