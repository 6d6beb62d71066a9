import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { isCountQuick, sampleCount } from '#functions/web/app/pages/first-use/count-samples.ts'
import type { Shown } from '#functions/web/app/store/records.ts'
import { shownAudience } from '../audience-fixture.ts'

const MANY = 1000

let stored: Map<string, string>
beforeEach(() => {
  stored = new Map()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
  })
})
afterEach(() => void vi.unstubAllGlobals())

let searched = 0
beforeEach(() => void (searched = 0))

/** Audiences as a page has them when it opens: each search of a text counts. */
function opened(count: number, samples = 0): readonly Shown<'audience'>[] {
  return Array.from({ length: count }, (_, at) => {
    const shown = shownAudience(at, { metadata: at < samples ? { sample: true } : {} })
    const listed = {
      get text() {
        searched++
        return JSON.stringify(shown.record)
      },
    }
    return { ...shown, listed }
  })
}

function clientOf(
  list: readonly Shown<'audience'>[],
  { client_id = 'cli_1', revision = 7, is_migrating = false } = {},
) {
  const status = { is_migrating } as never
  return { client_id, revision, status, list: () => list as never }
}

it('the samples among many records are counted once for each revision, and a return reads none of them', () => {
  const before = opened(MANY, 3)
  expect(isCountQuick(clientOf(before), 'audience')).toBe(false)
  expect(sampleCount(clientOf(before), 'audience', before)).toBe(3)
  expect(searched).toBe(MANY)
  const again = opened(MANY, 3)
  expect(isCountQuick(clientOf(again), 'audience')).toBe(true)
  expect(sampleCount(clientOf(again), 'audience', again)).toBe(3)
  expect(searched).toBe(MANY)
})

it('after a change on this page only what has changed is read', () => {
  const before = opened(MANY)
  sampleCount(clientOf(before), 'audience', before)
  const after = [...before.slice(1), ...opened(1, 1)]
  expect(sampleCount(clientOf(after, { revision: 8 }), 'audience', after)).toBe(1)
  expect(searched).toBe(MANY + 1)
})

it.each([
  ['another revision', { revision: 8 }],
  ['another account, or a storage that was cleared', { client_id: 'cli_2' }],
  ['a guest whose records move in', { is_migrating: true }],
])('%s is counted by itself', (_, other) => {
  const before = opened(MANY, 3)
  sampleCount(clientOf(before), 'audience', before)
  const now = opened(MANY, 2)
  expect(isCountQuick(clientOf(now, other), 'audience')).toBe(false)
  expect(sampleCount(clientOf(now, other), 'audience', now)).toBe(2)
})

it('what a page shows that is behind its client is kept for nobody', () => {
  const [before, now] = [opened(MANY, 3), opened(MANY, 2)]
  expect(sampleCount(clientOf(now), 'audience', before)).toBe(3)
  expect(sampleCount(clientOf(now), 'audience', now)).toBe(2)
})

it('few records are counted wherever they are, and nothing of them is kept', () => {
  const few = opened(MANY - 1, 2)
  expect(isCountQuick(clientOf(few), 'audience')).toBe(true)
  expect(sampleCount(clientOf(few), 'audience', few)).toBe(2)
  expect(stored.size).toBe(0)
})

it('a browser that keeps nothing counts again', () => {
  vi.unstubAllGlobals()
  const all = opened(MANY, 1)
  expect(sampleCount(clientOf(all), 'audience', all)).toBe(1)
  expect(isCountQuick(clientOf(all), 'audience')).toBe(false)
})
