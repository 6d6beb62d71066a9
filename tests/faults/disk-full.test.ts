import { describe, expect, test } from 'vitest'

import { between, seededRandom } from '#tests/simulation/seeded-random.ts'
import { expectWellAfter } from './afterwards.ts'
import { Fleet, runLoad } from './load.ts'
import { CLOCK_FACTOR, ROUND_MS_MAX, SEEDS } from './rounds.ts'
import { startSystem } from './system.ts'

describe.each(SEEDS)("the store's disk is full under load (SEED=%i)", (seed) => {
  test(
    'saves are 503s, reads go on, and all is well again once there is room, without a restart',
    { timeout: ROUND_MS_MAX },
    async () => {
      const system = await startSystem()
      const fleet = new Fleet(
        await system.startFunction({ clock_factor: CLOCK_FACTOR }),
        await system.startFunction({ clock_factor: CLOCK_FACTOR }),
      )
      const setRoom = async (disk_free_bytes: number | null) => {
        const body = JSON.stringify({ disk_free_bytes })
        expect((await fetch(`${system.gcs().url}/_faults`, { method: 'POST', body })).status).toBe(200)
      }
      const random = seededRandom(seed)
      const full_from = between(random, 10, 30)
      const statuses = new Map<string, Set<number>>()
      const changes: Promise<void>[] = []
      const operations = await runLoad({
        fleet,
        random: seededRandom(seed + 1_000_000),
        operations: 60,
        until: () => changes.length === 2,
        clients: 8,
        onAnswer(answered, status) {
          // Room for a commit or two: the last bytes go in the middle of an object or of a journal line.
          if (answered === full_from) changes.push(setRoom(between(random, 0, 40_000)))
          if (status === 503 && changes.length === 1) changes.push(setRoom(null))
        },
      })
      await Promise.all(changes)
      for (const { kind, replies } of operations) {
        statuses.set(kind, new Set([...(statuses.get(kind) ?? []), ...replies.map((reply) => reply?.status ?? 0)]))
      }
      expect(new Set(operations.flatMap(({ replies }) => replies.map((reply) => reply?.status)))).toContain(503)
      expect(statuses.get('list')).toEqual(new Set([200]))
      const all = await expectWellAfter(system, fleet, operations)
      const gcs = system.gcs()
      gcs.process.kill('SIGKILL')
      await gcs.ended
      await system.restartGcs()
      await expectWellAfter(system, fleet, all)
    },
  )
})
