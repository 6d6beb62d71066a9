import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

import { isoTime, systemClock } from '#shared/base/clock.ts'

describe('the date on which tests run', () => {
  test('is the same in the processes that they start', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'new Date().toISOString()'])
    expect(Math.abs(Date.parse(stdout.trim()) - systemClock.nowMs())).toBeLessThan(60_000)
    expect(process.env['TEST_DATE_OFFSET_MS']).toMatch(/^-?\d+$/)
  })

  test('leaves dates that are given, and dates that Node makes, as they are', async () => {
    expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z')
    expect(new Date(2020, 1, 29).getDate()).toBe(29)
    const { mtime } = await stat(import.meta.filename)
    expect(mtime).toBeInstanceOf(Date)
    expect(mtime.constructor).toBe(Date)
  })
})
