import type { Random } from '#shared/base/random.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import type { History } from '../history.ts'
import { homeOf, requireKnown, startEpochOf, type Replaced } from '../restorer.ts'
import { between, oneOf } from '../seeded-random.ts'

const MARK = -1

/** What becomes of every second row in a replacement: another secret. */
function settle(row: StoredRow): StoredRow {
  return row.created_at % 2 === 0 ? row : { ...row, score: MARK }
}

/**
 * Accidents, and an operator who puts a readable generation in the place of what cannot be read, or removes it by hand and
 * puts one there; sometimes the next accident is faster.
 */
export async function replaceNowAndThen(
  history: History,
  random: Random,
  users: readonly string[],
): Promise<readonly Replaced[]> {
  const { clock, store, schema, landings } = history
  const all: Replaced[] = []
  for (let rounds = between(random, 2, 5); rounds > 0; rounds--) {
    await clock.sleep(between(random, 500, 8000))
    const readable = landings.filter(({ generation }) => !history.outside.has(generation))
    if (readable.length === 0) continue
    const { name: object } = oneOf(random, readable)
    // Of the last epoch: what is older has had its versions given out again.
    const generations = readable.filter(({ name }) => name === object).slice(-4)
    const epochOf = (own: Uint8Array): string => wholeSnapshot(object, 'before', own).footer.epoch
    const last_epoch = epochOf(generations.at(-1)!.bytes)
    const { bytes } = oneOf(
      random,
      generations.filter((one) => epochOf(one.bytes) === last_epoch),
    )
    const spoil = (): string => {
      history.damage(object)
      history.note(`${object} is spoilt`)
      const generation = store.place(object, random.bytes(100))
      history.outside.add(generation)
      return generation
    }
    let over = spoil()
    if (random.uniform() < 0.2) {
      store.remove(object)
      over = NO_OBJECT
    }
    const { month } = homeOf(history, users, object)
    const has_settling = random.uniform() < 0.5
    const base = wholeSnapshot(object, 'before', bytes)
    all.push({ object, bytes, settle: has_settling ? settle : (row) => row })
    history.note(`${object} is replaced by its revision ${base.footer.rev}`)
    const replacing = startEpochOf(
      { store, clock, random },
      { schema, month, name: object },
      { base, over, ...(has_settling ? { settle } : {}) },
    ).catch((error: unknown) => requireKnown(history, error))
    if (random.uniform() < 0.3) {
      await clock.sleep(between(random, 0, 300))
      spoil()
    }
    await replacing
  }
  return all
}
