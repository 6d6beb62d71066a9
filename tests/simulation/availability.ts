import type { Random } from '#shared/base/random.ts'
import { Client } from './client.ts'
import type { Fleet } from './fleet.ts'
import type { History } from './history.ts'
import type { Instance } from './instance.ts'

interface World {
  readonly history: History
  readonly fleet: Fleet
  readonly random: Random
}

/** Longer than this nobody waits for an answer of a healthy store, whatever happened before. */
const ANSWERED_MS_MAX = 20_000

/**
 * A store that works again serves everybody: each running instance, with all that it remembers of worse times, saves,
 * changes and shows something for each user.
 */
export async function checkAvailability(world: World, running: readonly Instance[]): Promise<void> {
  const { history } = world
  const { clock, seed } = history
  const users = new Set(history.operations.map(({ user_id }) => user_id))
  for (const [at, instance] of running.entries()) {
    for (const user_id of users) {
      const visitor = new Client(`${seed}.v${at}${user_id}`, { ...world, user_id, trusts_keys: false })
      const begun_ms = clock.monotonicMs()
      await visitor.visit(instance, `${seed}.v${at}${user_id}`)
      const waited_ms = clock.monotonicMs() - begun_ms
      if (waited_ms > 3 * ANSWERED_MS_MAX) throw new Error(`${user_id} waited ${waited_ms} ms for a healthy store`)
    }
  }
}
