import { describe, expect, test } from 'vitest'

import { BUCKET, saved, type Reply } from '#tests/functions/audiences/harness.ts'
import { between, seededRandom } from '#tests/simulation/seeded-random.ts'
import { longDescribe, longTest } from '#tests/support/effort.ts'
import { expectWellAfter } from './afterwards.ts'
import { Fleet, runLoad } from './load.ts'
import { localRuntimes } from './local-runtime.ts'
import { CLOCK_FACTOR, ROUND_MS_MAX, SEEDS } from './rounds.ts'
import { storedAudiences } from './stored.ts'
import { startSystem, type Instance } from './system.ts'

describe.each(SEEDS)('SIGTERM in the middle of a burst (SEED=%i)', (seed) => {
  test(
    'of one of two deployed functions: all is answered or moved, nothing acknowledged is lost, exit 0',
    { timeout: ROUND_MS_MAX },
    async () => {
      const system = await startSystem()
      const [ending, staying] = [
        await system.startFunction({ bundled: true }),
        await system.startFunction({ bundled: true }),
      ]
      const fleet = new Fleet(ending, staying)
      const random = seededRandom(seed)
      const moment = between(random, 10, 60)
      // Lost answers while it ends: what it still has to answer takes it several attempts.
      system.proxy.plan = ({ kind }) => (kind === 'write' && random.uniform() < 0.2 ? 'lost_answer' : undefined)
      const operations = await runLoad({
        fleet,
        random: seededRandom(seed + 1_000_000),
        operations: 100,
        until: () => ending.process.exitCode !== null,
        clients: 16,
        onAnswer(answered) {
          if (answered === moment) ending.process.kill('SIGTERM')
        },
      })
      expect(await ending.ended).toEqual([0, null])
      expect(ending.lines.at(-1)).toMatchObject({ message: 'ended', cut_off_requests: 0 })
      fleet.remove(ending)
      system.proxy.heal()
      await expectWellAfter(system, fleet, operations)
    },
  )

  longTest(
    'of the whole system, as npm start runs it: nothing acknowledged is lost, exit 0',
    { timeout: ROUND_MS_MAX },
    async () => {
      const runtimes = await localRuntimes()
      const ending = await runtimes.start()
      const fleet = new Fleet(ending)
      const moment = between(seededRandom(seed), 10, 60)
      const operations = await runLoad({
        fleet,
        random: seededRandom(seed + 1_000_000),
        operations: 80,
        until: () => ending.process.exitCode !== null,
        clients: 12,
        onAnswer(answered) {
          if (answered === moment) ending.process.kill('SIGTERM')
        },
      })
      expect(await ending.ended).toEqual([0, null])
      await runtimes.check(operations, await runtimes.start())
    },
  )
})

/** What a caller whose request is not done before the process ends can rely on. */
const answeredOf = ({ status, headers, body }: Reply) => ({
  status,
  retries: headers.has('retry-after'),
  is_unknown: (body as { outcome?: unknown }).outcome === 'unknown',
})

/** Resolves when the store has been asked so often. */
async function untilStruck(system: Awaited<ReturnType<typeof startSystem>>, strikes: number): Promise<void> {
  await expect.poll(() => system.proxy.strikes()).toBeGreaterThanOrEqual(strikes)
}

longDescribe('SIGTERM while the store stalls', () => {
  test('every request is answered 503 before the cut, as unknown only where it is, and the process exits 0', async () => {
    const system = await startSystem()
    const ending = await system.startFunction({ clock_factor: CLOCK_FACTOR })
    const before = await saved(ending.as('demo_user'), { name: 'before' })
    system.proxy.plan = () => 'stall'
    const save = async (user_id: string, name: string) =>
      answeredOf(await ending.as(user_id).call('POST', '/api/audiences', { name }))
    // Known here, so its PUT is under way; the other user's object is still being read.
    const sent = save('demo_user', 'sent')
    await untilStruck(system, 1)
    const not_sent = save('other_user', 'not sent')
    const listed = ending.as('demo_user').call('GET', '/api/audiences').then(answeredOf)
    await untilStruck(system, 3)
    ending.process.kill('SIGTERM')
    expect(await sent).toEqual({ status: 503, retries: true, is_unknown: true })
    for (const answer of [not_sent, listed]) {
      expect(await answer).toEqual({ status: 503, retries: true, is_unknown: false })
    }
    expect(await ending.ended).toEqual([0, null])
    expect(ending.lines.at(-1)).toMatchObject({ message: 'ended', cut_off_requests: 0 })
    // Nine seconds of its clock, and some for the machine.
    expect(Number(ending.lines.at(-1)?.['ms'])).toBeLessThan(9_000)
    system.proxy.heal()
    expect([...(await storedAudiences(system.data_dir, BUCKET)).keys()]).toEqual([before.audience_id])
  })

  test('and comes back in time: what was under way is answered, exit 0', async () => {
    const system = await startSystem()
    const ending = await system.startFunction({ bundled: true })
    system.proxy.plan = ({ kind }) => (kind === 'write' ? 'stall_answer' : undefined)
    // Of two users, so that each of them has a PUT of its own under way.
    const under_way = ['one', 'two'].map((user_id) => saved(ending.as(user_id)))
    await untilStruck(system, 2)
    ending.process.kill('SIGTERM')
    await expectClosed(ending)
    system.proxy.heal()
    const answers = await Promise.all(under_way)
    expect(await ending.ended).toEqual([0, null])
    const stored = await storedAudiences(system.data_dir, BUCKET)
    for (const { audience_id } of answers) expect(stored.get(audience_id)?.version).toBe(1)
    expect(stored.size).toBe(2)
  })
})

/** It takes no new connection. */
async function expectClosed({ url }: Instance): Promise<void> {
  const isRefused = () =>
    fetch(`${url}/api/audiences/health`).then(
      () => false,
      () => true,
    )
  await expect.poll(isRefused).toBe(true)
}
