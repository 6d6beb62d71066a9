import { expect, it, vi } from 'vitest'

import { isAllRead, readAhead, readAll } from '#functions/web/app/audiences/read-all.ts'
import { looksIntoAll } from '#functions/web/app/pages/saved-audiences/select-audiences.ts'
import { queryOf } from '#functions/web/app/pages/saved-audiences/search.ts'
import { systemClock } from '#shared/base/clock.ts'
import { shownAudience } from './audience-fixture.ts'

/** Audiences whose rows are parsed when somebody looks. @param onParsed called for each look at a row */
function pulled(count: number, onParsed: (number: number) => void) {
  return Array.from({ length: count }, (_, number) => {
    const { record, ...others } = shownAudience(number)
    return Object.defineProperty(others, 'record', {
      get: () => {
        onParsed(number)
        return record
      },
    }) as ReturnType<typeof shownAudience>
  })
}

it('many audiences are read once however often it is asked for, and a list that shares them has them read', async () => {
  const parsed: number[] = []
  const all = pulled(1000, (number) => parsed.push(number))
  expect(isAllRead(all)).toBe(false)
  const reading = readAll(all, systemClock)
  expect(readAll(all, systemClock)).toBe(reading)
  await reading
  expect(parsed).toHaveLength(1000)
  expect(isAllRead(all)).toBe(true)
  const others = [...pulled(1, () => undefined), ...all]
  expect(isAllRead(others)).toBe(true)
  await readAll(others, systemClock)
  expect(parsed).toHaveLength(1000)
})

/** As many milliseconds of nothing else to do as there are numbers, each read of the clock taking one. */
function idleMoments(durations_ms: readonly number[]) {
  const left_ms = [...durations_ms]
  let now_ms = 0
  const clock = { ...systemClock, monotonicMs: () => now_ms++ }
  const nextIdle = () => {
    const end_ms = now_ms + (left_ms.shift() ?? 0)
    if (end_ms === now_ms) return new Promise<never>(() => undefined)
    return Promise.resolve({ timeRemaining: () => end_ms - now_ms })
  }
  return { clock, nextIdle, signal: new AbortController().signal }
}

it('audiences are read ahead in idle moments', async () => {
  const parsed: number[] = []
  const all = pulled(300, (number) => parsed.push(number))
  await readAhead(all, idleMoments([5000]))
  expect(parsed).toHaveLength(300)
  expect(isAllRead(all)).toBe(true)
})

it('whoever waits has those read at once that idle moments have left, none of them twice', async () => {
  const parsed: number[] = []
  const all = pulled(1000, (number) => parsed.push(number))
  void readAhead(all, idleMoments([100]))
  await vi.waitUntil(() => parsed.length > 20)
  const ahead = parsed.length
  expect(ahead).toBeLessThan(200)
  await readAll(all, systemClock)
  expect(parsed).toHaveLength(1000)
  expect(new Set(parsed).size).toBe(1000)
})

it('two hundred audiences are as good as read, and two hundred and one are not', () => {
  const onParsed = vi.fn<(number: number) => void>()
  expect(isAllRead(pulled(200, onParsed))).toBe(true)
  expect(isAllRead(pulled(201, onParsed))).toBe(false)
  expect(onParsed).not.toHaveBeenCalled()
})

it('a list in the order of changes, of one status, looks into no audience; every other filter and order does', () => {
  const usual = queryOf({})
  expect(looksIntoAll(usual)).toBe(false)
  expect(looksIntoAll({ ...usual, status: ['draft'], tab: 'archived', view: 'table', q: ' ' })).toBe(false)
  expect(looksIntoAll({ ...usual, q: 'x' })).toBe(true)
  expect(looksIntoAll({ ...usual, type: ['none'] })).toBe(true)
  expect(looksIntoAll({ ...usual, tag: ['a'] })).toBe(true)
  for (const sort of ['newest', 'oldest', 'name', 'name_z', 'largest', 'smallest'] as const) {
    expect(looksIntoAll({ ...usual, sort })).toBe(true)
  }
})
