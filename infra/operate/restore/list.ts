import { isoTime } from '#shared/base/clock.ts'
import type { ObjectHistory, StoredGeneration } from '#shared/objects/object-history.ts'
import { openStored } from './plan.ts'
import type { KeptObject } from './objects.ts'
import { OperatorError } from '#infra/command/operator-error.ts'

/** Contents are shown of this many: each has to be fetched. */
const OPENED_MAX = 20

/** The generations of an object, the newest first, with the contents of the newest ones. */
export async function listText(history: ObjectHistory, object: KeptObject): Promise<string> {
  const newest_first = object.generations.toReversed()
  const lines: string[] = []
  for (const [at, stored] of newest_first.entries()) {
    const contents = at < OPENED_MAX ? await contentsOf(history, object, stored) : ''
    lines.push(`  ${stored.generation}  ${isoTime(stored.created_at_ms)}  ${stateOf(stored)}  ${contents}`.trimEnd())
  }
  return [object.name, ...lines, ''].join('\n')
}

function stateOf({ replaced_at_ms, size_bytes }: StoredGeneration): string {
  const until = replaced_at_ms === undefined ? 'live' : `until ${isoTime(replaced_at_ms)}`
  return `${until.padEnd(30)}  ${String(size_bytes).padStart(9)} bytes`
}

async function contentsOf(history: ObjectHistory, object: KeptObject, stored: StoredGeneration): Promise<string> {
  try {
    const opened = await openStored(history, object, stored)
    if (typeof opened === 'string') return `unreadable: ${opened}`
    const rows = [...opened.rows.values()]
    const deleted = rows.filter(({ deleted }) => deleted).length
    return `revision ${opened.snapshot.footer.rev}, ${rows.length - deleted} records, ${deleted} deleted`
  } catch (error) {
    if (error instanceof OperatorError) return error.message
    throw error
  }
}
