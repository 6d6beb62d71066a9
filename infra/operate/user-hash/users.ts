import type { ObjectStore } from '#shared/objects/object-store.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { userOfObject } from '#shared/table/object/partition.ts'

/** Every user with records, each once. Costs one LIST for each table. */
export async function* usersOf(store: ObjectStore): AsyncGenerator<string> {
  const seen = new Set<string>()
  for (const kind of [AUDIENCES, PLATFORMS, DISTRIBUTIONS]) {
    for (const { name } of await store.list(`${kind.name}/`)) {
      const user_id = userOfObject(kind, name)
      if (user_id === undefined || seen.has(user_id)) continue
      seen.add(user_id)
      yield user_id
    }
  }
}
