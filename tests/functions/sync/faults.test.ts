import { describe, expect, test } from 'vitest'

import { StoreError } from '#shared/objects/object-store.ts'
import { encodeFooter } from '#shared/table/object/footer.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import { monthsBefore, virtualSync } from './virtual-sync.ts'

/** Pushes while the store fails, is slow or is ending: what is not decided is retry, and nothing is done twice. */

const statuses = (results: readonly { readonly status: string }[]) => results.map(({ status }) => status)
const MAY = /month=05/

describe('a push', () => {
  test('while one month fails makes the changes of the others, and what depends on it waits', async () => {
    const options = { faultOf: ({ name }: { name: string }) => (MAY.test(name) ? ('unavailable' as const) : undefined) }
    const { run, push, create, rename, change, newId, store } = virtualSync(options)
    await run(async () => {
      const [may, april] = [newId('aud', '2025-05'), newId('aud', '2025-04')]
      const value = { audience_id: may, platform_id: 'plat_none' }
      const sent = [
        create(may),
        create(april),
        rename(may, 'A', 'B'),
        rename(april, 'A', 'B'),
        change('create', 'distribution', newId('dist', '2025-04'), { value }),
      ]
      const results = await push(sent)
      expect(statuses(results)).toEqual(['retry', 'applied', 'retry', 'merged', 'retry'])
      expect(results[0]).toMatchObject({ retry_after_ms: 2000, problem: { status: 503 } })
      expect(store.names()).toHaveLength(1)
    })
  })

  test('while the store is down is retry, and nothing of it is done', async () => {
    const { run, push, create, newId, store } = virtualSync({ faultOf: () => 'unavailable' })
    await run(async () => {
      const results = await push([create(newId('aud')), create(newId('aud', '2025-04'))])
      expect(statuses(results)).toEqual(['retry', 'retry'])
      expect(results.every(({ retry_after_ms = 0 }) => retry_after_ms > 0)).toBe(true)
      expect(store.names()).toEqual([])
    })
  })

  test('to a damaged month is retry for its changes alone', async () => {
    const { run, push, create, newId, store } = virtualSync()
    await run(async () => {
      const [may, april] = [newId('aud', '2025-05'), newId('aud', '2025-04')]
      await push([create(may)])
      store.place(store.names()[0]!, Buffer.from('no Parquet'))
      const results = await push([create(newId('aud', '2025-05')), create(april)])
      expect(results).toMatchObject([{ status: 'retry', retry_after_ms: 60_000 }, { status: 'applied' }])
    })
  })

  test('to a month that a newer release has reserved is retry for what it would write, and decided for the rest', async () => {
    const { run, push, create, rename, change, newId, store, audiencesOf } = virtualSync()
    await run(async () => {
      const [id, other] = [newId('aud'), newId('aud')]
      const made = [create(id), create(other)]
      await push(made)
      const { file, footer, name } = audiencesOf()
      const reserved = assembleFile({ ...file, key_values: encodeFooter({ ...footer, min_writer: 1_000_000 }) })
      store.place(name, reserved.bytes)
      const results = await push([
        ...made,
        rename(id, 'A', 'B'),
        rename(id, 'B', 'C'),
        rename(other, 'wrong', 'B'),
        change('delete', 'audience', newId('aud'), { base_version: 0 }),
      ])
      expect(statuses(results)).toEqual(['duplicate', 'duplicate', 'retry', 'retry', 'conflict', 'applied'])
    })
  })

  test('that meets a fault of ours is retry for that object, and the operator is told', async () => {
    const { run, push, create, newId, store, faults } = virtualSync()
    await run(async () => {
      const read = store.read.bind(store)
      store.read = async (name, ...rest) => {
        if (MAY.test(name)) throw new TypeError('a fault of ours')
        return await read(name, ...rest)
      }
      const results = await push([create(newId('aud', '2025-05')), create(newId('aud', '2025-04'))])
      expect(results).toMatchObject([{ status: 'retry', problem: { status: 500 } }, { status: 'applied' }])
      expect(faults).toEqual([new TypeError('a fault of ours')])
    })
  })

  test('that the store refuses for good is retry, and the rest is made', async () => {
    const { run, push, create, newId, store } = virtualSync()
    await run(async () => {
      const write = store.write.bind(store)
      store.write = async (name, ...rest) => {
        if (MAY.test(name)) throw new StoreError('rejected', 'no permission')
        return await write(name, ...rest)
      }
      const results = await push([create(newId('aud', '2025-05')), create(newId('aud', '2025-04'))])
      expect(statuses(results)).toEqual(['retry', 'applied'])
    })
  })
})

describe('the time of a push', () => {
  test('ends at 12 s for commits that have not begun: they are retry without a wait', async () => {
    const { run, push, create, newId, clock } = virtualSync({
      latencyMs: ({ operation }) => (operation === 'write' ? 7000 : 0),
    })
    await run(async () => {
      const began_ms = clock.monotonicMs()
      const results = await push(monthsBefore(24).map((month) => create(newId('aud', month))))
      expect(clock.monotonicMs() - began_ms).toBeLessThan(25_000)
      const made = statuses(results).filter((status) => status === 'applied').length
      expect(made).toBe(16)
      expect(results[16]).toMatchObject({ status: 'retry', retry_after_ms: 0 })
    })
  })

  test('ends at 25 s for a commit under way: it is retry, and known when it is pushed again', async () => {
    const { run, push, create, newId, clock, store } = virtualSync()
    await run(async () => {
      const write = store.write.bind(store)
      store.write = async (...given) => (await clock.sleep(40_000), write(...given))
      const sent = [create(newId('aud')), create(newId('plat'))]
      const began_ms = clock.monotonicMs()
      const results = await push(sent.slice(0, 1))
      expect(clock.monotonicMs() - began_ms).toBe(25_000)
      expect(results).toMatchObject([{ status: 'retry', problem: { outcome: 'unknown' } }])
      await clock.sleep(60_000)
      store.write = write
      expect(statuses(await push(sent.slice(0, 1)))).toEqual(['duplicate'])
    })
  })
})

describe('an instance', () => {
  test('that ends in the middle of a push answers retry, and the change is made once', async () => {
    const { run, push, create, newId, clock, instance, audiencesOf } = virtualSync({ latencyMs: () => 5000 })
    await run(async () => {
      const ending = new AbortController()
      const sent = [create(newId('aud'))]
      const pushed = push(sent, { of: instance(ending.signal) })
      await clock.sleep(7000)
      ending.abort()
      expect(await pushed).toMatchObject([{ status: 'retry', problem: { outcome: 'unknown' } }])
      await clock.sleep(10_000)
      expect(statuses(await push(sent))).toEqual(['duplicate'])
      expect(audiencesOf().footer.rev).toBe(1)
    })
  })

  test('whose queue of an object is full answers retry for that object, and makes the others’ changes', async () => {
    const { run, push, create, change, newId, client_id, instance } = virtualSync({ latencyMs: () => 100 })
    await run(async () => {
      const busy = instance()
      const deletions = () =>
        Array.from({ length: 1000 }, () => change('delete', 'audience', newId('aud'), { base_version: 0 }))
      const crowd = Array.from({ length: LIMITS.queue_operations / 1000 + 1 }, (_, n) =>
        push(deletions(), { of: busy, client: `${client_id}${n}` }),
      )
      const late = push([create(newId('aud')), create(newId('aud', '2025-04'))], { of: busy })
      await Promise.all(crowd)
      expect(await late).toMatchObject([{ status: 'retry', problem: { status: 429 } }, { status: 'applied' }])
    })
  })
})
