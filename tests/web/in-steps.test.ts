import { expect, it } from 'vitest'

import { inIdleMoments, inSteps } from '#functions/web/app/base/in-steps.ts'
import { systemClock } from '#shared/base/clock.ts'
import { idleMoments } from './idle-moments.ts'

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

it('work that nobody waits for takes no time that the page has other work for', async () => {
  const { options, begun_ms, pass } = idleMoments([5, 0.5, 20, 100])
  const made_ms: number[] = []
  const work = workOf(30, () => void made_ms.push(pass()))
  await inIdleMoments(work, { ...options, step_ms: 8 })
  const made = begun_ms.map((from_ms, at) =>
    made_ms.filter((time_ms) => time_ms > from_ms && time_ms < (begun_ms[at + 1] ?? Infinity)),
  )
  // A moment that is nearly over is none.
  expect(made.map(({ length }) => length)).toEqual([5, 0, 20, 5])
})

it('work that nobody waits for lets the page answer after each step', async () => {
  const { options, pass } = idleMoments([100])
  const steps: number[] = []
  let pieces = 0
  const turn = () => {
    steps.push(pieces)
    return Promise.resolve()
  }
  const work = workOf(20, () => {
    pieces++
    pass()
  })
  await inIdleMoments(work, { ...options, step_ms: 8, clock: { ...options.clock, turn } })
  expect(steps).toEqual([8, 16])
})

it('work that nobody waits for ends when nobody will want it any more', async () => {
  const ended = new AbortController()
  const { options, pass } = idleMoments([100], ended.signal)
  let pieces = 0
  const work = workOf(20, () => {
    pass()
    if (++pieces === 3) ended.abort()
  })
  await inIdleMoments(work, { ...options, step_ms: 8 })
  expect(pieces).toBe(8)
})
