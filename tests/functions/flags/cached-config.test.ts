import { beforeEach, describe, expect, test } from 'vitest'

import { CachedConfig } from '#functions/flags/cached-config.ts'
import { FLAGS_OBJECT, type FlagsConfig } from '#functions/flags/config.ts'
import { collectingLog } from '#tests/http/harness.ts'
import { MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'

/** One instance's cache on virtual time, over a store that fails as told. */

const MINUTE_MS = 60_000

let clock: VirtualClock
let store: MemoryObjectStore
let is_deleted: boolean
let log: ReturnType<typeof collectingLog>
let cached: CachedConfig<FlagsConfig>

beforeEach(() => {
  clock = new VirtualClock()
  store = new MemoryObjectStore({ clock })
  is_deleted = false
  log = collectingLog()
  const read: MemoryObjectStore['read'] = async (name, options) =>
    is_deleted ? { kind: 'absent' } : await store.read(name, options)
  cached = new CachedConfig({ store: { read }, clock, log }, FLAGS_OBJECT)
})

const place = (text: string | Uint8Array) => store.place(FLAGS_OBJECT.name, Buffer.from(text))
const setTo = (percent: unknown) => place(JSON.stringify({ flags: { persistence_v2: { percent, enabled: true } } }))
const percent = async () => (await clock.run(() => cached.current()))?.flags.persistence_v2?.percent
const events = () => log.lines.map(({ event, state, object }) => [event, state, object].filter(Boolean).join(' '))
const unreadable = (state: string) => `config_unreadable ${state} config/flags.json`
const READABLE = 'config_readable config/flags.json'

const BROKEN: readonly [string, string | Uint8Array][] = [
  ['nothing', ''],
  ['half of JSON', '{"flags":'],
  ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
  ['a list', '[]'],
  ['null', 'null'],
  ['no flags', '{}'],
  ['a percentage in words', '{"flags":{"persistence_v2":{"percent":"50","enabled":true}}}'],
  ['more than everybody', '{"flags":{"persistence_v2":{"percent":100.01,"enabled":true}}}'],
  ['less than nobody', '{"flags":{"persistence_v2":{"percent":-1,"enabled":true}}}'],
  ['too many for a number', '{"flags":{"persistence_v2":{"percent":1e400,"enabled":true}}}'],
  ['no word on whether it is enabled', '{"flags":{"persistence_v2":{"percent":50}}}'],
]

describe('a config object', () => {
  test('is read once a minute, then by one conditional GET without a body', async () => {
    setTo(5)
    for (let requests = 0; requests < 10; requests++) expect(await percent()).toBe(5)
    expect(store.counts).toMatchObject({ read: 1, body: 1, list: 0, write: 0 })
    await clock.advance(MINUTE_MS - 1)
    expect(await percent()).toBe(5)
    expect(store.counts.read).toBe(1)
    await clock.advance(1)
    expect(await percent()).toBe(5)
    expect(store.counts).toMatchObject({ read: 2, body: 1 })
    expect(log.lines).toEqual([])
  })

  test('that was changed is in effect within a minute', async () => {
    setTo(5)
    expect(await percent()).toBe(5)
    setTo(50)
    await clock.advance(MINUTE_MS)
    expect(await percent()).toBe(50)
  })

  test('is read once for all who ask at the same time', async () => {
    setTo(5)
    await clock.run(() => Promise.all(Array.from({ length: 20 }, () => cached.current())))
    expect(store.counts.read).toBe(1)
  })

  test('that never was there is the default and nothing to report', async () => {
    expect(await percent()).toBeUndefined()
    await clock.advance(MINUTE_MS)
    expect(await percent()).toBeUndefined()
    expect(store.counts.read).toBe(2)
    expect(log.lines).toEqual([])
  })

  test.each(BROKEN)('with %s in it leaves the last good one in effect, and one line', async (_, text) => {
    setTo(5)
    expect(await percent()).toBe(5)
    place(text)
    for (let minutes = 0; minutes < 3; minutes++) {
      await clock.advance(MINUTE_MS)
      expect(await percent()).toBe(5)
    }
    expect(events()).toEqual([unreadable('corrupt')])
    expect(store.counts).toMatchObject({ read: 4, body: 2 })
    setTo(50)
    await clock.advance(MINUTE_MS)
    expect(await percent()).toBe(50)
    expect(events()).toEqual([unreadable('corrupt'), READABLE])
  })

  test.each(BROKEN)('with %s in it is the default for an instance that saw no other, and says so', async (_, text) => {
    place(text)
    expect(await percent()).toBeUndefined()
    expect(events()).toEqual([unreadable('corrupt')])
  })

  test('that was deleted stays in effect where it was seen', async () => {
    setTo(5)
    expect(await percent()).toBe(5)
    is_deleted = true
    for (let minutes = 0; minutes < 3; minutes++) {
      await clock.advance(MINUTE_MS)
      expect(await percent()).toBe(5)
    }
    expect(events()).toEqual([unreadable('absent')])
    is_deleted = false
    await clock.advance(MINUTE_MS)
    expect(await percent()).toBe(5)
    expect(events()).toEqual([unreadable('absent'), READABLE])
  })

  test('stays in effect while the bucket fails, which is asked again after five seconds', async () => {
    setTo(5)
    expect(await percent()).toBe(5)
    await clock.advance(MINUTE_MS)
    store.strike('read', 'unavailable')
    store.strike('read', 'throttled')
    store.strike('read', 'lost_answer')
    for (let reads = 2; reads <= 4; reads++) {
      expect(await percent()).toBe(5)
      expect(await percent()).toBe(5)
      expect(store.counts.read).toBe(reads)
      await clock.advance(5_000)
    }
    expect(events()).toEqual([unreadable('unavailable')])
    expect(await percent()).toBe(5)
    expect(events()).toEqual([unreadable('unavailable'), READABLE])
    expect(store.counts).toMatchObject({ read: 5, body: 1 })
  })

  test('that the bucket refuses to show is an error, because that does not pass by itself', async () => {
    store.strike('read', 'unavailable')
    store.strike('read', 'rejected')
    expect(await percent()).toBeUndefined()
    await clock.advance(5_000)
    expect(await percent()).toBeUndefined()
    expect(events()).toEqual([unreadable('unavailable'), unreadable('rejected')])
    expect(log.lines.map(({ severity }) => severity)).toEqual(['WARNING', 'ERROR'])
  })

  test('keeps a request waiting for two seconds at most, and is in effect when it arrives after all', async () => {
    setTo(5)
    const slow = new MemoryObjectStore({ clock, latencyMs: () => 6_000 })
    slow.place(FLAGS_OBJECT.name, store.bytesOf(FLAGS_OBJECT.name)!)
    cached = new CachedConfig({ store: slow, clock, log }, FLAGS_OBJECT)
    const begun_ms = clock.monotonicMs()
    expect(await percent()).toBeUndefined()
    expect(clock.monotonicMs() - begun_ms).toBe(2_000)
    expect(await percent()).toBeUndefined()
    expect(clock.monotonicMs() - begun_ms).toBe(2_000)
    await clock.advance(4_000)
    expect(await percent()).toBe(5)
    expect(slow.counts.read).toBe(1)
  })

  test('keeps nobody waiting for ever when the bucket does not answer', async () => {
    store.strike('read', 'stalled')
    expect(await percent()).toBeUndefined()
    expect(clock.monotonicMs()).toBe(2_000)
    await clock.advance(8_000)
    expect(events()).toEqual([unreadable('unavailable')])
  })

  test('keeps members that this release does not know', async () => {
    place(
      '{"flags":{"persistence_v3":{"percent":1},"persistence_v2":{"percent":5,"enabled":true,"note":"a"}},"more":1}',
    )
    expect(await clock.run(() => cached.current())).toEqual({
      flags: { persistence_v3: { percent: 1 }, persistence_v2: { percent: 5, enabled: true, note: 'a' } },
      more: 1,
    })
  })
})
