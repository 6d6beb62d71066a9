import { expect, test } from 'vitest'

import { userOf } from '#infra/operate/import/users.ts'

/** The user of a row that says `column`, in a folder and under an option that may say another. */
function found(column: unknown, option?: string, folder?: string): string {
  const notes: string[] = []
  const folder_user = folder === undefined ? undefined : { raw: folder, decoded: decodeURIComponent(folder) }
  return userOf({ folder_user }, column, option, (message) => notes.push(message)) ?? `refused: ${notes.join()}`
}

test('a sub with a colon of old files is the user :<sub> where --user says so, and as it stands without', () => {
  expect(found('f:9d3c:ann')).toBe('f:9d3c:ann')
  expect(found('f:9d3c:ann', ':f:9d3c:ann')).toBe(':f:9d3c:ann')
  expect(found('', ':f:9d3c:ann', 'f%3A9d3c%3Aann')).toBe(':f:9d3c:ann')
  expect(found('f:9d3c:ann', undefined, '%3Af%3A9d3c%3Aann')).toBe(':f:9d3c:ann')
  expect(found(':f:9d3c:ann', 'f:9d3c:ann')).toBe(':f:9d3c:ann')
})

test('a colon makes no other user the same', () => {
  for (const [column, option] of [
    ['ann', ':ann'],
    ['f:ann', ':f:bob'],
    ['f:ann', '::f:ann'],
    ['google:1', 'google:2'],
  ] as const) {
    expect([column, found(column, option)]).toEqual([
      column,
      expect.stringContaining('refused: is ambiguous') as string,
    ])
  }
})

test('a folder that a file system has normalized is the user that the column spells', () => {
  const composed = 'Zürich'
  const decomposed = 'Zu\u0308rich'
  expect(found(composed, undefined, decomposed)).toBe(composed)
  expect(found(decomposed, undefined, composed)).toBe(decomposed)
  expect(found(decomposed, undefined, encodeURIComponent(composed))).toBe(decomposed)
  expect(found('', undefined, decomposed)).toBe(decomposed)
  expect(found(decomposed, decomposed, composed)).toBe(decomposed)
  expect(found('f:Zu\u0308rich', undefined, '%3Af%3AZürich')).toBe(':f:Zu\u0308rich')
})

test('two spellings of one text are two users everywhere else', () => {
  expect(found('Zürich', 'Zu\u0308rich')).toContain('refused: is ambiguous')
  expect(found('', 'Zu\u0308rich', 'Zürich')).toContain('refused: is ambiguous')
  expect(found('Zurich', undefined, 'Zürich')).toContain('refused: is ambiguous')
})
