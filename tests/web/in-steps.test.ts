import { expect, it } from 'vitest'

import { inIdleMoments, inSteps } from '#functions/web/app/base/in-steps.ts'
import { systemClock } from '#shared/base/clock.ts'

/** @param onPiece called before each piece is made */
function* workOf(count: number, onPiece: (at: number) => void = () => undefined): Generator<number, string> {
  for (let at = 0; at < count; at++) {
    onPiece(at)
    yield at
  }
  return 'all'
}

it('work in steps gives its pieces and what it came to', async () => {
  expect(await inSteps(workOf(3), systemClock)).toEqual({ pieces: [0, 1, 2], result: 'all' })
})

it('work that nobody wants any more makes no further piece', async () => {
  const ended = new AbortController()
  const made: number[] = []
  const work = workOf(3, (at) => {
    made.push(at)
    if (at === 1) ended.abort()
  })
  await expect(inSteps(work, systemClock, ended.signal)).rejects.toBe(ended.signal.reason)
  expect(made).toEqual([0, 1])
})

/** Moments of so many milliseconds, on a clock on which each piece takes one. */
function idleFor(durations_ms: readonly number[]) {
  let now_ms = 0
  const begun_ms: number[] = []
  const clock = { ...systemClock, monotonicMs: () => now_ms, turn: () => Promise.resolve() }
  const nextIdle = () => {
    // What the page has to do in between.
    now_ms += 1000
    const duration_ms = durations_ms[begun_ms.length]
    if (duration_ms === undefined) throw new Error('there is no further moment')
    const end_ms = now_ms + duration_ms
    begun_ms.push(now_ms)
    return Promise.resolve({ timeRemaining: () => Math.max(0, end_ms - now_ms) })
  }
  const { signal } = new AbortController()
  return { options: { clock, nextIdle, step_ms: 8, signal }, begun_ms, passOne: () => (now_ms += 1) }
}

it('work that nobody waits for takes no time that the page has other work for', async () => {
  const { options, begun_ms, passOne } = idleFor([5, 0.5, 20, 100])
  const made_ms: number[] = []
  const work = workOf(30, () => void made_ms.push(passOne()))
  await inIdleMoments(work, options)
  const made = begun_ms.map((from_ms, at) =>
    made_ms.filter((time_ms) => time_ms > from_ms && time_ms < (begun_ms[at + 1] ?? Infinity)),
  )
  // A moment that is nearly over is none.
  expect(made.map(({ length }) => length)).toEqual([5, 0, 20, 5])
})

it('work that nobody waits for lets the page answer after each step', async () => {
  const { options, passOne } = idleFor([100])
  const steps: number[] = []
  let pieces = 0
  const turn = () => {
    steps.push(pieces)
    return Promise.resolve()
  }
  const work = workOf(20, () => {
    pieces++
    passOne()
  })
  await inIdleMoments(work, { ...options, clock: { ...options.clock, turn } })
  expect(steps).toEqual([8, 16])
})

it('work that nobody waits for ends when nobody will want it any more', async () => {
  const { options, passOne } = idleFor([100])
  const ended = new AbortController()
  let pieces = 0
  const work = workOf(20, () => {
    passOne()
    if (++pieces === 3) ended.abort()
  })
  await inIdleMoments(work, { ...options, signal: ended.signal })
  expect(pieces).toBe(8)
})
