import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'

import { onEnding, untilEnding } from '#shared/base/ending.ts'

test('however many wait for the end of a process, its signal has one listener', async () => {
  const ending = new AbortController()
  const late = () => new Error('ended')
  const works = Array.from({ length: 100 }, () => untilEnding(ending.signal, () => new Promise(() => undefined), late))
  expect(getEventListeners(ending.signal, 'abort')).toHaveLength(1)
  ending.abort()
  const outcomes = await Promise.allSettled(works)
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(100)
})

test('work that has an outcome no longer waits for the end', async () => {
  const ending = new AbortController()
  const ended: string[] = []
  const stop = onEnding(ending.signal, () => ended.push('stopped'))
  onEnding(ending.signal, () => ended.push('waiting'))
  stop()
  const done = untilEnding(
    ending.signal,
    () => Promise.resolve('done'),
    () => {
      ended.push('late')
      return undefined
    },
  )
  expect(await done).toBe('done')
  ending.abort()
  expect(ended).toEqual(['waiting'])
})
