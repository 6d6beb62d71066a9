import { expect, it } from 'vitest'

import { inSteps } from '#functions/web/app/base/in-steps.ts'
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
