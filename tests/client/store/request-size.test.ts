import { expect, test } from 'vitest'

import { RequestSize } from '#shared/client/store/request-size.ts'

const SIZES = { first: 1000, least: 100, most: 5000 }

test('a quick connection carries more with each request, up to what one may have', () => {
  const size = new RequestSize(SIZES)
  const carried = [200, 300, 100].map((duration_ms) => {
    size.answered(duration_ms)
    return size.bytes
  })
  expect(carried).toEqual([4000, 5000, 5000])
})

test('a slow connection goes on as it is, and with less after a request that was not answered in time', () => {
  const size = new RequestSize(SIZES)
  size.answered(20_000)
  expect(size.bytes).toBe(1000)
  const carried = [1, 2, 3].map(() => {
    size.tooMuch()
    return size.bytes
  })
  expect(carried).toEqual([250, 100, 100])
})
