import { Problem } from '#shared/base/problem.ts'
import { WritePacer } from '#shared/table/commit/write-pacer.ts'
import type { Mutation } from '#shared/table/commit/mutation.ts'
import { monthOfObject, userOfObject } from '#shared/table/object/partition.ts'
import { SnapshotCache } from '#shared/table/object/snapshot-cache.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { serverWriter } from '#shared/table/object/writer.ts'
import { startNewEpoch } from '#shared/table/recovery/new-epoch.ts'
import { oneOf } from '../seeded-random.ts'
import type { ClientHistory } from './client-history.ts'
import type { Service } from './service.ts'
import { KINDS, recordsOf } from './truth.ts'

/** What operators and maintenance do to a user's objects. */
export class Accidents {
  readonly #history: ClientHistory
  readonly #service: Service

  constructor(history: ClientHistory, service: Service) {
    this.#history = history
    this.#service = service
  }

  async happen(): Promise<void> {
    const { random, landings } = this.#history
    const objects = landings.filter(({ name }) => Object.values(KINDS).some((kind) => name.startsWith(`${kind.name}/`)))
    if (objects.length === 0) return
    const { name } = oneOf(random, objects)
    const own = objects.filter((landing) => landing.name === name)
    if (random.uniform() < 0.6) await this.#purge(own.at(-1)!)
    else await this.#putBack(oneOf(random, own.slice(-5)))
  }

  /** Deleted records are forgotten, as maintenance does after a while. */
  async #purge(landing: ClientHistory['landings'][number]): Promise<void> {
    const deleted = (await recordsOf(landing)).filter((record) => record.deleted)
    for (const { noun, id, user_id } of deleted) {
      const { audiences, platforms, distributions } = this.#service.tables
      const table = { audience: audiences, platform: platforms, distribution: distributions }[noun]
      await table.mutate(user_id, purgeOf(id)).catch(requireProblem)
      this.#history.purged.add(id)
      this.#history.count('purged')
      this.#history.note(`${id} is purged`)
    }
  }

  /** An object becomes what it was, in a new epoch. */
  async #putBack({ name, generation, bytes }: ClientHistory['landings'][number]): Promise<void> {
    const { store, clock, random, landings } = this.#history
    const kind = Object.values(KINDS).find((one) => name.startsWith(`${one.name}/`))!
    const ignore = (): void => undefined
    const events = { committed: ignore, corrupt: ignore, storeFailed: ignore, nearLimit: ignore }
    const over = landings.findLast((landing) => landing.name === name)!.generation
    const month = monthOfObject(kind, userOfObject(kind, name)!, name)!
    this.#history.count('put back')
    this.#history.note(`${name} is put back to generation ${generation}`)
    this.#history.put_back.push(landings.length)
    await startNewEpoch(
      {
        store,
        cache: new SnapshotCache(store, { bytes_max: 64 * 1024 }),
        pacer: new WritePacer(clock, random),
        clock,
        random,
        events,
      },
      { schema: kind, month, name },
      { base: wholeSnapshot(name, generation, bytes), over },
    ).catch(requireProblem)
  }
}

function purgeOf(id: string): Mutation<never> {
  return {
    id,
    writer: serverWriter('maintenance'),
    size_bytes: 0,
    decide: (row: { deleted?: boolean } | undefined) => {
      if (row?.deleted) return { kind: 'purge' }
      return { kind: 'refuse', problem: new Problem('not-found', 'There is no tombstone.') }
    },
  }
}

function requireProblem(error: unknown): void {
  if (!(error instanceof Problem) || error.kind === 'internal') throw error
}
