import { describe, expect, it } from 'vitest'

import { copyName } from '#shared/records/copies.ts'

describe('the name of a copy', () => {
  it('is the first that nothing has, and the copy of a copy counts on', () => {
    expect(copyName('Runners', [])).toBe('Runners (copy)')
    expect(copyName('Runners', ['Runners', 'Runners (copy)', 'Runners (copy 3)'])).toBe('Runners (copy 2)')
    expect(copyName('Runners (copy)', ['Runners (copy)', 'Runners (copy 2)'])).toBe('Runners (copy 3)')
    expect(copyName('Runners (copy 7)', [])).toBe('Runners (copy)')
  })

  it('knows a name in every spelling of Unicode', () => {
    expect(copyName('Cafe\u0301', ['Caf\u00e9 (copy)'])).toBe('Cafe\u0301 (copy 2)')
  })

  it('is never too long, and cuts no character in half', () => {
    const long = 'x'.repeat(200)
    const first = copyName(long, [])
    expect(first).toBe(`${'x'.repeat(193)} (copy)`)
    expect(copyName(long, [first])).toBe(`${'x'.repeat(191)} (copy 2)`)
    expect(copyName(`${'x'.repeat(192)}\u{1F600}${'y'.repeat(6)}`, [])).toBe(`${'x'.repeat(192)} (copy)`)
  })

  it('of a record that is called nothing but the mark keeps it', () => {
    expect(copyName(' (copy)', [])).toBe(' (copy) (copy)')
  })
})
