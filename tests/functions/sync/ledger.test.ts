import { describe, expect, test } from 'vitest'

import { ledgerHash } from '#shared/table/object/client-ledgers.ts'
import { DAY_MS } from '#shared/base/durations.ts'
import { isoTime } from '#shared/base/clock.ts'
import { newId as newIdAt } from '#shared/base/ids.ts'
import { Problem } from '#shared/base/problem.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { virtualSync } from './virtual-sync.ts'

/** What the ledger of an object remembers of pushes: each change once, whatever becomes of the answers. */

const statuses = (results: readonly { readonly status: string }[]) => results.map(({ status }) => status)

async function refusal(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (!(error instanceof Problem)) throw new Error('no refusal')
  return { kind: error.kind, ...error.members }
}

const FORKED = { kind: 'conflict', code: 'client_forked' }

describe('a push whose answer was lost', () => {
  test('gives, sent again, the same statuses with the records’ present versions, and changes nothing', async () => {
    const { run, push, create, rename, change, newId, store, instance } = virtualSync()
    await run(async () => {
      const [made, other] = [newId('aud'), newId('aud')]
      await push([create(other)], { client: 'cli_other' })
      const sent = [
        create(made),
        rename(made, 'A', 'B'),
        rename(other, 'wrong', 'C'),
        change('patch', 'audience', other, { base_version: 1, set: { name: 'D' }, base: { name: 'A' } }),
        create(newId('aud'), { name: '' }),
      ]
      const first = await push(sent)
      expect(statuses(first)).toEqual(['applied', 'merged', 'conflict', 'invalid', 'invalid'])
      expect(first[3]!.problem).toMatchObject({ code: 'depends-on', seq: sent[2]!.seq })
      // Another device goes on meanwhile: what was in conflict would fit now.
      await push([rename(made, 'B', 'later', 2), rename(other, 'A', 'wrong', 1)], { client: 'cli_other' })
      store.resetCounts()
      for (const options of [{}, { of: instance() }]) {
        const again = await push(sent, options)
        expect(again).toMatchObject([
          { status: 'duplicate', version: 3 },
          { status: 'duplicate', version: 3 },
          { status: 'conflict', fields: ['name'], server: { name: 'wrong', version: 2 } },
          { status: 'invalid', problem: { code: 'depends-on', seq: sent[2]!.seq } },
          { status: 'invalid' },
        ])
      }
      expect(store.counts.write).toBe(0)
    })
  })

  test('that refused an id for its time says so again, so that the client can give another one', async () => {
    const { run, push, create, newId, clock } = virtualSync()
    await run(async () => {
      const ahead = newIdAt('aud', clock.nowMs() + 2 * DAY_MS, seededRandom(2))
      const sent = [create(newId('aud')), create(ahead)]
      const [first, again] = [await push(sent), await push(sent)]
      expect(statuses(first)).toEqual(['applied', 'invalid'])
      expect(statuses(again)).toEqual(['duplicate', 'invalid'])
      expect(again[1]!.problem).toMatchObject({ code: 'id_time', server_time: isoTime(clock.nowMs()) })
    })
  })

  test('and whose rest is new, goes on where it was', async () => {
    const { run, push, create, rename, newId } = virtualSync()
    await run(async () => {
      const id = newId('aud')
      const first = [create(id), rename(id, 'A', 'B')]
      await push(first)
      const all = await push([...first, rename(id, 'B', 'C')])
      expect(statuses(all)).toEqual(['duplicate', 'duplicate', 'merged'])
      expect(all.map(({ version }) => version)).toEqual([2, 2, 3])
    })
  })

  test('sent again at the same moment to two instances takes effect once', async () => {
    const { run, push, create, rename, newId, instance, audiencesOf } = virtualSync({ latencyMs: () => 50 })
    await run(async () => {
      const id = newId('aud')
      const sent = [create(id), rename(id, 'A', 'B')]
      const results = await Promise.all([push(sent, { of: instance() }), push(sent, { of: instance() }), push(sent)])
      const all = results.flat().map(({ status }) => status)
      expect(all.filter((status) => status === 'duplicate')).toHaveLength(4)
      expect(results.flat().every(({ version }) => version! <= 2)).toBe(true)
      expect(audiencesOf().footer.rev).toBe(1)
    })
  })

  test('after the commit landed and its answer did not arrive at the instance is applied once', async () => {
    const { run, push, create, newId, store, audiencesOf } = virtualSync()
    await run(async () => {
      const sent = [create(newId('aud'))]
      store.strike('write', 'lost_answer')
      expect(statuses(await push(sent))).toEqual(['applied'])
      expect(statuses(await push(sent))).toEqual(['duplicate'])
      expect(audiencesOf().footer.rev).toBe(1)
    })
  })
})

describe('a copy of a client', () => {
  test('that uses a number again for another change is told so before anything is done', async () => {
    const { run, push, create, newId, store } = virtualSync()
    await run(async () => {
      const [first, second] = [create(newId('aud')), create(newId('aud'))]
      await push([first, second])
      store.resetCounts()
      const other = { ...create(newId('aud', '2025-04')), seq: second.seq + 1 }
      const forked = { ...create(newId('aud')), seq: second.seq, mutation_id: 'another' }
      expect(await refusal(push([forked, other]))).toMatchObject({ ...FORKED, seq: second.seq })
      expect(store.counts.write).toBe(0)
    })
  })

  test('that has not seen the acknowledgements is told so, also in an object that nobody has touched since', async () => {
    const { run, push, create, rename, newId } = virtualSync()
    await run(async () => {
      const id = newId('aud')
      const sent = create(id)
      await push([sent])
      const later = rename(id, 'A', 'B')
      await push([later], { acked: sent.seq })
      expect(await refusal(push([sent, later]))).toMatchObject({ ...FORKED, seq: sent.seq })
    })
  })

  test('under a new client id makes nothing twice: a change is known by its own id', async () => {
    const { run, push, create, rename, newId, audiencesOf } = virtualSync()
    await run(async () => {
      const id = newId('aud')
      const sent = [create(id), rename(id, 'A', 'B')]
      await push(sent)
      const renumbered = sent.map((one) => ({ ...one, mutation_id: `m${one.seq}`, seq: one.seq + 40 }))
      expect(statuses(await push(renumbered, { client: 'cli_copy' }))).toEqual(['duplicate', 'duplicate'])
      expect(audiencesOf().footer.rev).toBe(1)
      // Also when both come in one commit.
      const both = rename(id, 'B', 'C')
      const copy = { ...both, mutation_id: `m${both.seq}`, seq: 90 }
      const results = await Promise.all([push([both]), push([copy], { client: 'cli_copy' })])
      expect(statuses(results.flat())).toEqual(['merged', 'duplicate'])
    })
  })

  test('that only a commit meets makes what it touches retry, and the next push is refused', async () => {
    const { run, push, create, rename, newId, instance, store } = virtualSync()
    await run(async () => {
      const [id, other] = [newId('aud'), newId('aud')]
      await push([create(id), create(other)])
      const mine = rename(id, 'A', 'mine')
      const theirs = { ...rename(id, 'A', 'theirs'), seq: mine.seq, mutation_id: 'theirs' }
      const free = { ...rename(other, 'A', 'B'), seq: mine.seq + 50 }
      const behind = { ...rename(id, 'theirs', 'D'), seq: mine.seq + 51 }
      // The copy's push has read the ledgers, and loses the race for the commit.
      const write = store.write.bind(store)
      let is_first = true
      store.write = async (...given) => {
        if (is_first) {
          is_first = false
          await push([mine], { of: instance(), acked: 2 })
        }
        return await write(...given)
      }
      const results = await push([theirs, free, behind], { acked: 2 })
      expect(statuses(results)).toEqual(['retry', 'merged', 'retry'])
      expect(await refusal(push([theirs, behind], { acked: 2 }))).toMatchObject(FORKED)
    })
  })
})

describe('the ledger', () => {
  test('forgets what is acknowledged and keeps the rest, in their order', async () => {
    const { run, push, create, rename, newId, audiencesOf, client_id } = virtualSync()
    await run(async () => {
      const id = newId('aud')
      const sent = [create(id), rename(id, 'A', 'B'), rename(id, 'B', 'C')]
      await push(sent)
      await push([rename(id, 'C', 'D')], { acked: 2 })
      const ledger = audiencesOf().footer.clients.get(ledgerHash(client_id))
      expect(ledger.acked).toBe(2)
      expect(ledger.entries.map(({ seq, status }) => [seq, status])).toEqual([
        [3, 'merged'],
        [4, 'merged'],
      ])
    })
  })

  test('records refusals and no-ops only in a commit that happens anyway, with all that the push has had there so far', async () => {
    const { run, push, create, rename, change, newId, store, audiencesOf, client_id } = virtualSync()
    await run(async () => {
      const [id, other, third] = [newId('aud'), newId('aud'), newId('aud')]
      await push([create(id), create(other), create(third)])
      const recorded = () =>
        audiencesOf()
          .footer.clients.get(ledgerHash(client_id))
          .entries.map(({ status }) => status)
      store.resetCounts()
      const refused = [rename(id, 'wrong', 'B'), rename(other, 'A', 'A')]
      expect(statuses(await push(refused, { acked: 3 }))).toEqual(['conflict', 'applied'])
      expect(store.counts.write).toBe(0)
      expect(recorded()).toEqual(['applied', 'applied', 'applied'])
      // The change of the third one waits for a second wave: a distribution that names it stands before it.
      const value = { audience_id: third, platform_id: 'plat_none' }
      const distribution = change('create', 'distribution', newId('dist'), { value })
      const results = await push([...refused, distribution, rename(third, 'A', 'B')], { acked: 3 })
      expect(statuses(results)).toEqual(['conflict', 'applied', 'invalid', 'merged'])
      expect(store.counts.write).toBe(1)
      expect(recorded()).toEqual(['conflict', 'applied', 'merged'])
    })
  })

  test('that has forgotten a client judges its changes anew: onto their own result, or as conflicts', async () => {
    const { run, push, create, rename, change, newId, clock, audiencesOf, client_id } = virtualSync()
    await run(async () => {
      const [id, deleted] = [newId('aud'), newId('aud')]
      const sent = [
        create(id),
        rename(id, 'A', 'B'),
        create(deleted),
        change('delete', 'audience', deleted, { base_version: 0 }),
      ]
      expect(statuses(await push(sent))).toEqual(['applied', 'merged', 'applied', 'merged'])
      await clock.sleep(181 * DAY_MS)
      await push([rename(id, 'B', 'C', 2)], { client: 'cli_other' })
      expect(audiencesOf().footer.clients.get(ledgerHash(client_id)).entries).toEqual([])
      expect(statuses(await push(sent))).toEqual(['conflict', 'invalid', 'conflict', 'invalid'])
    })
  })

  test('forgets a client after 180 days of silence, and never one that speaks', async () => {
    const { run, push, create, newId, clock, audiencesOf } = virtualSync()
    await run(async () => {
      const knows = (client: string) => audiencesOf().footer.clients.get(ledgerHash(client)).time_ms > 0
      await push([create(newId('aud'))], { client: 'cli_silent' })
      await push([create(newId('aud'))], { client: 'cli_speaking' })
      await clock.sleep(179 * DAY_MS)
      await push([create(newId('aud'))], { client: 'cli_speaking' })
      expect([knows('cli_silent'), knows('cli_speaking')]).toEqual([true, true])
      await clock.sleep(2 * DAY_MS)
      await push([create(newId('aud'))], { client: 'cli_now' })
      expect([knows('cli_silent'), knows('cli_speaking')]).toEqual([false, true])
    })
  })
})
