import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import type { Mutation } from '#shared/table/commit/mutation.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { monthOfId } from '#shared/table/object/partition.ts'
import { INDEX_FOLDER, tableFolder, userFolders } from '#shared/table/read/user-folders.ts'
import type { Instance } from './instance.ts'
import { allPages } from './looks.ts'
import type { Fleet } from './fleet.ts'
import type { History } from './history.ts'
import { between } from './seeded-random.ts'
import { WRITER } from '#tests/table/notes.ts'

/** Purges tombstones as soon as it sees them, as maintenance does with old ones, beside everybody else. */
export async function purgeNowAndThen(history: History, fleet: Fleet, random: Random): Promise<void> {
  for (let rounds = between(random, 2, 6); rounds > 0; rounds--) {
    await history.clock.sleep(between(random, 500, 8000))
    const walker = fleet.any()
    const users = await Promise.race([usersOf(history, walker).catch(requireProblem), walker.crashed])
    if (!Array.isArray(users)) continue
    for (const user_id of users) {
      const { table, crashed } = fleet.any()
      const purge = async (): Promise<void> => {
        const tombstones = (await allPages(table, user_id, 1000)).filter(
          (row) => row['deleted'] === true && isOfThisSystem(history, row),
        )
        const ids = tombstones.map((row) => String(row['note_id']))
        for (const [month, of_month] of Map.groupBy(ids, (id) => monthOfId(history.schema, id)!)) {
          for (const id of of_month) history.purgeable.add(id)
          history.note(`${of_month.join()} are to be purged`)
          await table.mutateAll(user_id, month, of_month.map(purgeOf))
        }
      }
      await Promise.race([purge().catch(requireProblem), crashed])
    }
  }
}

/** Whose folders there are, as maintenance finds them. */
async function usersOf({ schema }: History, { walk }: Instance): Promise<string[]> {
  const users: string[] = []
  for await (const { user_id, strays } of userFolders(walk, [tableFolder(schema), INDEX_FOLDER], undefined)) {
    if (user_id === undefined || strays.length > 0) throw new Error(`nobody put ${strays.join()} there`)
    users.push(user_id)
  }
  return users
}

/** Maintenance finds the months of old ids by itself: `tests/functions/maintenance`. */
function isOfThisSystem({ schema }: History, row: Row): boolean {
  return monthOfId(schema, String(row['note_id'])) !== undefined
}

function purgeOf(id: string): Mutation {
  return {
    id,
    writer: WRITER,
    size_bytes: 0,
    decide: (current) =>
      current?.['deleted'] === true
        ? { kind: 'purge' }
        : { kind: 'refuse', problem: new Problem('not-found', 'no tombstone any more') },
  }
}

function requireProblem(error: unknown): undefined {
  if (error instanceof Problem && error.kind !== 'internal') return undefined
  throw error
}
