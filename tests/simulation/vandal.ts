import type { Random } from '#shared/base/random.ts'
import { footerBytes } from '#shared/parquet/file.ts'
import { RANGED_ABOVE_BYTES } from '#shared/table/object/snapshot-cache.ts'
import type { History } from './history.ts'
import { between, oneOf } from './seeded-random.ts'

/** Somebody with a console: objects are replaced by what cannot be read, and put back as they were. */
export async function vandalizeNowAndThen(history: History, random: Random): Promise<void> {
  const { clock, store } = history
  for (let rounds = between(random, 1, 3); rounds > 0; rounds--) {
    await clock.sleep(between(random, 500, 8000))
    const names = store.names().filter((name) => name.startsWith('notes/'))
    if (names.length === 0) continue
    const name = oneOf(random, names)
    const bytes = store.bytesOf(name)!
    if (random.uniform() < 0.3) {
      history.note(`${name} is written again from outside, as it is`)
      history.outside.add(store.place(name, bytes))
      continue
    }
    history.note(`${name} is replaced by something else`)
    history.damage(name)
    const generation = store.place(name, spoilt(random, bytes))
    history.outside.add(generation)
    await clock.sleep(between(random, 500, 20_000))
    // Whatever was written over it is in the landings, and not allowed.
    history.note(`${name} is put back`)
    history.outside.add(store.place(name, bytes))
  }
}

/** What a disk, a tool or a hurried hand makes of an object. */
function spoilt(random: Random, bytes: Uint8Array): Uint8Array {
  const damaged = Uint8Array.from(bytes)
  // Row groups that are read by ranges are not verified: of a large object only a footer shows what became of it.
  const verified_from = bytes.length > RANGED_ABOVE_BYTES ? bytes.length - footerBytes(bytes) : 0
  damaged[between(random, verified_from, bytes.length - 1)]! ^= 1 << between(random, 0, 7)
  return oneOf(random, [damaged, bytes.slice(0, between(random, 0, bytes.length - 1)), random.bytes(100)])
}
