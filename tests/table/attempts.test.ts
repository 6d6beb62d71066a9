import { describe, expect, test } from 'vitest'

import { StoreError, type ObjectStore, type WriteResult } from '#shared/objects/object-store.ts'
import { Attempts, type NextGeneration } from '#shared/table/commit/commit.ts'
import { WritePacer } from '#shared/table/commit/write-pacer.ts'
import { absentSnapshot } from '#shared/table/object/snapshot.ts'
import { SnapshotCache } from '#shared/table/object/snapshot-cache.ts'
import { MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { NOTES_BY_USER } from './notes.ts'

/** The attempts of one batch, each with the answer that the test gives it: which answer is honest after which. */

const OBJECT = 'notes/user_id=u/notes.parquet'
const SNAPSHOT = absentSnapshot(NOTES_BY_USER, OBJECT)

type StoreAnswer = WriteResult['kind'] | StoreError['kind']

const UNKNOWN = { kind: 'unavailable', retry_after_ms: 5000, members: { outcome: 'unknown' } }
const NOT_MADE = { kind: 'contended', retry_after_ms: 2000, members: {} }

function generation(commit_id: string): NextGeneration {
  return { snapshot: SNAPSHOT, bytes: Buffer.from(commit_id), crc32c: 0, commit_id }
}

/** @param answers of the store, one after another; the last one also to all that follow */
function attempting(...answers: StoreAnswer[]) {
  const clock = new VirtualClock()
  const sent: string[] = []
  const write = async (_: string, bytes: Uint8Array): Promise<WriteResult> => {
    sent.push(Buffer.from(bytes).toString('utf8'))
    const kind = answers.length > 1 ? answers.shift()! : answers[0]!
    if (kind === 'written') return { kind, generation: '1' }
    if (kind === 'conflict') return { kind }
    throw new StoreError(kind, `the store said ${kind}`)
  }
  const store: ObjectStore = Object.assign(new MemoryObjectStore({ clock }), { write })
  // The longest wait of each backoff.
  const random = { uniform: () => 1, bytes: (length: number) => new Uint8Array(length) }
  const attempts = new Attempts({
    store,
    clock,
    random,
    pacer: new WritePacer(clock, random),
    cache: new SnapshotCache(store, { bytes_max: 0 }),
    events: {
      committed: () => undefined,
      corrupt: () => undefined,
      storeFailed: () => undefined,
      nearLimit: () => undefined,
    },
  })
  const send = (commit_id = 'bytes') => clock.run(() => attempts.send(OBJECT, generation(commit_id), '0').catch(honest))
  return { clock, sent, attempts, send }
}

/** What is told of a failure. */
function honest(error: unknown) {
  const { kind, retry_after_ms, members } = error as { kind: string; retry_after_ms?: number; members?: object }
  return { kind, retry_after_ms, members }
}

describe('an attempt', () => {
  test('that was refused for certain is over, and nothing was changed', async () => {
    const { send, sent } = attempting('rejected')
    expect(await send()).toMatchObject({ kind: 'rejected' })
    expect(sent).toHaveLength(1)
  })

  test('that is refused after one that was throttled is over too, and nothing was changed', async () => {
    const { send } = attempting('throttled', 'rejected')
    expect(await send()).toMatchObject({ result: { kind: 'throttled' } })
    expect(await send()).toMatchObject({ kind: 'rejected' })
  })

  test('that is refused after one without an answer leaves its outcome unknown', async () => {
    for (const before of [['unavailable'], ['unavailable', 'throttled'], ['unavailable', 'unavailable']] as const) {
      const { send, attempts } = attempting(...before, 'rejected')
      expect(await send()).toEqual(UNKNOWN)
      expect(attempts.count).toBe(before.length + 1)
    }
  })

  test('without an answer is repeated with the same bytes until the answer is definite, also while it is throttled', async () => {
    for (const definite of ['written', 'conflict'] as const) {
      const { send, sent } = attempting('unavailable', 'throttled', 'throttled', 'unavailable', definite)
      expect(await send()).toMatchObject({ result: { kind: definite }, was_unanswered: true })
      expect(sent).toEqual(Array.from({ length: 5 }, () => 'bytes'))
    }
  })

  test('that was throttled, and none before it unanswered, is decided again', async () => {
    const { send, sent } = attempting('throttled', 'written')
    expect(await send('first')).toEqual({ result: { kind: 'throttled' }, was_unanswered: false })
    expect(await send('second')).toMatchObject({ result: { kind: 'written' }, was_unanswered: false })
    expect(sent).toEqual(['first', 'second'])
  })
})

describe('the eighth attempt is the last', () => {
  test('and what became of the eight is told: nothing, when all were throttled', async () => {
    const { send, sent } = attempting('throttled')
    for (let at = 0; at < 8; at++) expect(await send()).toMatchObject({ result: { kind: 'throttled' } })
    expect(await send()).toEqual(NOT_MADE)
    expect(sent).toHaveLength(8)
  })

  test('unknown, when one had no answer', async () => {
    for (const place of [0, 6]) {
      const answers = Array.from({ length: 8 }, (_, at): StoreAnswer => (at === place ? 'unavailable' : 'throttled'))
      const { send, sent } = attempting(...answers)
      for (let at = 0; at < place; at++) await send()
      expect(await send()).toEqual(UNKNOWN)
      expect(sent).toHaveLength(8)
    }
  })

  test('nothing, when the one without an answer can land no more because the generation has moved on', async () => {
    const { send, attempts, clock } = attempting('unavailable', 'conflict', 'throttled')
    expect(await send()).toMatchObject({ result: { kind: 'conflict' }, was_unanswered: true })
    await clock.run(() => attempts.waitAfterConflict())
    for (let at = 0; at < 6; at++) expect(await send()).toMatchObject({ was_unanswered: false })
    expect(await send()).toEqual(NOT_MADE)
  })
})

describe('no attempt begins', () => {
  test('later than 20 seconds after the batch did', async () => {
    const at_the_end = attempting('written')
    await at_the_end.clock.advance(20_000)
    expect(await at_the_end.send()).toMatchObject({ result: { kind: 'written' } })
    const too_late = attempting('written')
    await too_late.clock.advance(20_001)
    expect(await too_late.send()).toEqual(NOT_MADE)
    expect(too_late.sent).toEqual([])
  })

  test('before its wait is over: a second, two, three and three after failures, and a tenth doubling after conflicts', async () => {
    const failing = attempting('throttled')
    const conflicting = attempting('conflict')
    const waits: [number, number][] = []
    for (let at = 0; at < 5; at++) {
      const [failed_ms, conflicted_ms] = [failing.clock.monotonicMs(), conflicting.clock.monotonicMs()]
      await failing.send()
      await conflicting.clock.run(() => conflicting.attempts.waitAfterConflict())
      waits.push([failing.clock.monotonicMs() - failed_ms, conflicting.clock.monotonicMs() - conflicted_ms])
    }
    expect(waits).toEqual([
      [1000, 100],
      [2000, 200],
      [3000, 400],
      [3000, 800],
      [3000, 1000],
    ])
  })
})

describe('the end of the process', () => {
  const RESTARTING = { kind: 'unavailable', retry_after_ms: 1000, members: {} }

  test('after a throttled attempt is told as nothing changed, and no other attempt follows', async () => {
    const { attempts, send, sent } = attempting('throttled', 'written')
    expect(await send()).toMatchObject({ result: { kind: 'throttled' } })
    expect(honest(attempts.abandoned())).toEqual(RESTARTING)
    expect(await send()).toEqual(NOT_MADE)
    expect(sent).toHaveLength(1)
  })

  test('after an attempt without an answer is told as unknown, and no other attempt follows', async () => {
    const { attempts, clock, sent } = attempting('unavailable', 'written')
    const answer = clock.run(async () => {
      const sending = attempts.send(OBJECT, generation('bytes'), '0').catch(honest)
      await clock.turn()
      const told = honest(attempts.abandoned())
      return [told, await sending]
    })
    expect(await answer).toEqual([UNKNOWN, UNKNOWN])
    expect(sent).toHaveLength(1)
  })

  test('before anything was sent is told as nothing changed', () => {
    expect(honest(attempting('written').attempts.abandoned())).toEqual(RESTARTING)
  })

  test('after a conflict is told as nothing changed, also when an attempt before it had no answer', async () => {
    const { attempts, send, clock } = attempting('unavailable', 'conflict')
    await send()
    await clock.run(() => attempts.waitAfterConflict())
    expect(honest(attempts.abandoned())).toEqual(RESTARTING)
  })
})
