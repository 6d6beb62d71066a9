import { expect, test } from 'vitest'

import { AnswerMemory } from '#shared/resources/answer-memory.ts'

/** As much of a call as takes memory: it can be closed and aborted. */
function aCall() {
  const over = new AbortController()
  const closings: (() => void)[] = []
  const call = { signal: over.signal, whenClosed: (release: () => void) => void closings.push(release) }
  return {
    call: call,
    close: () => closings.forEach((release) => release()),
    abort: () => over.abort(),
  }
}

test('a page waits until those before it have left enough room, in order', async () => {
  const memory = new AnswerMemory({ page_bytes_max: 100, exports_max: 1 })
  const [first, second, third] = [aCall(), aCall(), aCall()]
  const setFirst = await memory.takeForPage(first.call, 60)
  const began: number[] = []
  const waiting = [second, third].map(async ({ call }, at) => {
    const set = await memory.takeForPage(call, 60)
    began.push(at)
    return set
  })
  expect(memory.taken.page_bytes).toBe(60)
  setFirst(30)
  await waiting[0]
  expect([memory.taken.page_bytes, began]).toEqual([90, [0]])
  second.close()
  await waiting[1]
  expect([memory.taken.page_bytes, began]).toEqual([90, [0, 1]])
  first.close()
  third.close()
  expect(memory.taken.page_bytes).toBe(0)
})

test('a page larger than all there is comes alone', async () => {
  const memory = new AnswerMemory({ page_bytes_max: 100, exports_max: 1 })
  const large = aCall()
  await memory.takeForPage(large.call, 1000)
  large.close()
  expect(memory.taken.page_bytes).toBe(0)
})

test('what a page says after it was closed takes nothing', async () => {
  const memory = new AnswerMemory({ page_bytes_max: 100, exports_max: 1 })
  const gone = aCall()
  const set = await memory.takeForPage(gone.call, 50)
  gone.close()
  set(80)
  expect(memory.taken.page_bytes).toBe(0)
})

test('a request that is over while it waits is given up, and lets the next one go first', async () => {
  const memory = new AnswerMemory({ page_bytes_max: 100, exports_max: 1 })
  const [first, gone, next] = [aCall(), aCall(), aCall()]
  await memory.takeForPage(first.call, 100)
  const refused = memory.takeForPage(gone.call, 100).catch((problem: unknown) => problem)
  const waiting = memory.takeForPage(next.call, 100)
  gone.abort()
  expect(await refused).toMatchObject({ kind: 'unavailable' })
  first.close()
  await waiting
  expect(memory.taken.page_bytes).toBe(100)
})

test('one export too many is refused and says when to come back; a closed one makes room', () => {
  const memory = new AnswerMemory({ page_bytes_max: 100, exports_max: 2 })
  const [first, second, third] = [aCall(), aCall(), aCall()]
  memory.takeForExport(first.call)
  memory.takeForExport(second.call)
  expect(() => memory.takeForExport(third.call)).toThrow(/Too many downloads/)
  first.close()
  memory.takeForExport(third.call)
  expect(memory.taken.exports).toBe(2)
})
