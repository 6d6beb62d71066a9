import { MINUTE_MS } from '#shared/base/durations.ts'
import type { Month } from '#shared/table/object/partition.ts'
import type { StoredRow } from '#shared/table/object/schema.ts'
import type { FeedPosition } from '#shared/table/read/change-feed.ts'
import type { Table } from '#shared/table/table.ts'
import { between, oneOf } from '../seeded-random.ts'
import { answerOf, expectThat, type AskerWorld } from './asking.ts'

/** Of an object, as somebody knows it who follows its changes. */
interface Known {
  readonly position: FeedPosition
  readonly rows: Map<string, StoredRow>
}

/**
 * Follows the changes of a user's notes with positions, as devices do: pages that stay open, positions that are old, objects
 * that are damaged or gone. What it has is what was there, and at the end what is there.
 */
export class Follower {
  readonly #world: AskerWorld
  readonly #known = new Map<Month, Known>()

  constructor(world: AskerWorld) {
    this.#world = world
  }

  async live(): Promise<void> {
    const { random, history, fleet } = this.#world
    for (let rounds = between(random, 4, 10); rounds > 0; rounds--) {
      await history.clock.sleep(between(random, 0, 4000))
      const instance = fleet.any()
      const rows_max = oneOf(random, [1, 3, Infinity])
      const pause_ms = oneOf(random, [0, 0, 800, 3000])
      await answerOf(history, instance, this.#follow(instance.table, rows_max, pause_ms))
      if (random.uniform() < 0.3) await answerOf(history, instance, this.#followWhatIsLost(instance.table))
    }
  }

  /** When all has settled. @throws Error when it does not have what is stored */
  async rest(table: Table): Promise<void> {
    const { user_id, history } = this.#world
    for (let round = 0; await this.#follow(table, Infinity, 0); round++) {
      expectThat(round < 20, `${user_id} never has every change`)
    }
    const stored = new Map<string, { version: number; deleted: boolean }>()
    const columns = [history.schema.id_column, 'version', 'deleted']
    for await (const { row } of table.rows(user_id, { columns, filter: { columns: [], matches: () => true } })) {
      stored.set(String(row['note_id']), { version: Number(row['version']), deleted: row['deleted'] === true })
    }
    const rows = [...this.#known.values()].flatMap((known) => [...known.rows])
    for (const [id, { version, deleted }] of stored) {
      const own = rows.find(([other]) => other === id)?.[1]
      // Of a note that was deleted before it was ever sent nothing comes.
      const is_left_out = own === undefined && deleted
      expectThat(
        own?.version === version || is_left_out,
        `${id} is followed at ${own?.version} and stored at ${version}`,
      )
    }
    for (const [id, { deleted }] of rows) expectThat(deleted || stored.has(id), `${id} is followed and is not stored`)
  }

  /** Positions behind commits that no object has: each comes whole, and since when something is lost. */
  async #followWhatIsLost(table: Table): Promise<void> {
    const { user_id, history, random } = this.#world
    const positions = new Map(
      [...this.#known].map(([month, { position }]) => {
        const { epoch, rev } = position
        return [month, { epoch, rev: rev + between(random, 0, 3), generation: 'lost' }]
      }),
    )
    for await (const object of table.changed(user_id, { positions, columns: [] })) {
      if (object.kind !== 'changed') continue
      const { epoch, rev } = positions.get(object.month) ?? { epoch: '', rev: 0 }
      const now = object.position()
      if (epoch !== now.epoch || rev < now.rev) continue
      const { put_back_to_ms, is_reset, month } = object
      const is_told = is_reset && put_back_to_ms !== undefined && put_back_to_ms <= history.clock.nowMs() + MINUTE_MS
      expectThat(is_told, `nobody is told that ${month} has lost revision ${rev} of ${now.rev}`)
    }
  }

  /** @returns whether something is left to follow */
  async #follow(table: Table, rows_max: number, pause_ms: number): Promise<boolean> {
    const { user_id, history } = this.#world
    const positions = new Map([...this.#known].map(([month, { position }]) => [month, position]))
    let has_more = false
    // What was listed a moment ago may be gone.
    const listed = pause_ms > 0 ? Promise.resolve(await table.listed(user_id)) : undefined
    if (pause_ms > 0) await history.clock.sleep(pause_ms)
    for await (const object of table.changed(user_id, { positions, columns: ['title', 'tags'], listed })) {
      const { month } = object
      if (pause_ms > 0) await history.clock.sleep(pause_ms)
      if (object.kind === 'gone') {
        this.#known.delete(month)
        history.reached.add('an object is gone')
        has_more = true
      } else if (object.kind === 'unreadable') {
        history.reached.add('an object is unreadable')
      } else {
        const before = object.is_reset ? undefined : this.#known.get(month)?.rows
        const rows = new Map(before)
        let last: StoredRow | undefined
        let taken = 0
        for await (const row of object.rows()) {
          const id = String(row['note_id'])
          const known = rows.get(id)?.version ?? 0
          expectThat(known <= row.version, `${id} is followed from version ${known} to ${row.version}`)
          const { length } = row['tags'] as readonly string[]
          expectThat(length <= row.version, `${id} is followed with ${length} marks at version ${row.version}`)
          rows.set(id, row)
          last = row
          if (++taken >= rows_max) break
        }
        // A page may end in the middle, at its last row; one that is cut before its first keeps its position.
        const is_open = taken >= rows_max || object.is_cut
        has_more ||= is_open
        if (is_open && !last) continue
        this.#known.set(month, { position: object.position(is_open ? last : undefined), rows })
      }
    }
    return has_more
  }
}
