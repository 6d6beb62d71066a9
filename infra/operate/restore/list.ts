import { isoTime } from '#shared/base/clock.ts'
import type { ObjectHistory, StoredGeneration } from '#shared/objects/object-history.ts'
import { openStored } from './assess.ts'
import type { KeptObject } from './objects.ts'
import { RestoreFailure } from './restore-failure.ts'

/** Looking into a generation means fetching it. */
const LOOKED_INTO = 20

/** The generations of an object, the newest first, and what is in the newest of them. */
export async function listText(history: ObjectHistory, object: KeptObject): Promise<string> {
  const newest_first = object.generations.toReversed()
  const lines: string[] = []
  for (const [at, stored] of newest_first.entries()) {
    const inside = at < LOOKED_INTO ? await insideOf(history, object, stored) : ''
    lines.push(`  ${stored.generation}  ${isoTime(stored.created_at_ms)}  ${stateOf(stored)}  ${inside}`.trimEnd())
  }
  return [object.name, ...lines, ''].join('\n')
}

function stateOf({ replaced_at_ms, size_bytes }: StoredGeneration): string {
  const until = replaced_at_ms === undefined ? 'live' : `until ${isoTime(replaced_at_ms)}`
  return `${until.padEnd(30)}  ${String(size_bytes).padStart(9)} bytes`
}

async function insideOf(history: ObjectHistory, object: KeptObject, stored: StoredGeneration): Promise<string> {
  try {
    const opened = await openStored(history, object, stored)
    if (typeof opened === 'string') return `cannot be read: ${opened}`
    const rows = [...opened.rows.values()]
    const deleted = rows.filter((row) => row['deleted'] === true).length
    return `revision ${opened.snapshot.footer.rev}, ${rows.length - deleted} records, ${deleted} deleted`
  } catch (error) {
    if (error instanceof RestoreFailure) return error.message
    throw error
  }
}
