import { expect, it, vi } from 'vitest'

import { isAllRead, readAhead, readAll } from '#functions/web/app/audiences/read-all.ts'
import { looksIntoAll } from '#functions/web/app/pages/saved-audiences/select-audiences.ts'
import { queryOf } from '#functions/web/app/pages/saved-audiences/search.ts'
import { systemClock } from '#shared/base/clock.ts'
import { shownAudience } from './audience-fixture.ts'
import { idleMoments } from './idle-moments.ts'

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

it('audiences are read ahead in idle moments', async () => {
  const { options, pass } = idleMoments([5000])
  const all = pulled(300, pass)
  await readAhead(all, options)
  expect(isAllRead(all)).toBe(true)
})

it('a page that waits for all has those read that idle moments have left, and none of them twice', async () => {
  const parsed: number[] = []
  const { options, pass } = idleMoments([100])
  const all = pulled(1000, (number) => {
    parsed.push(number)
    pass()
  })
  void readAhead(all, options)
  // All that the moment brings is done.
  await systemClock.turn()
  expect(parsed.length).toBeGreaterThan(90)
  expect(parsed.length).toBeLessThanOrEqual(100)
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
