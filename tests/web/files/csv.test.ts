import { describe, expect, it } from 'vitest'

import { csvTableOf } from '#functions/web/app/files/csv.ts'
import { textOf } from '#functions/web/app/files/text.ts'

const cellsOf = (text: string) => csvTableOf(text).rows.map(({ cells }) => cells)

describe('a CSV file of a user', () => {
  it.each([
    ['commas', 'name,size\nMovers,184200'],
    ['semicolons', 'name;size\r\nMovers;184200\r\n'],
    ['tabs', 'name\tsize\nMovers\t184200\n'],
    ['a line that names the separator', 'sep=;\nname;size\nMovers;184200'],
    ['a byte order mark', '\uFEFFname,size\nMovers,184200'],
    ['old line ends', 'name,size\rMovers,184200\r'],
  ])('is read with %s', (_what, text) => {
    expect(cellsOf(text)).toEqual([{ name: 'Movers', size: '184200' }])
  })

  it('keeps delimiters, quotes and line breaks within quotes, and says on which line a row begins', () => {
    const { rows } = csvTableOf('name,note\n"Cats, dogs","says ""hi""\nand leaves"\nBirds,\n')
    expect(rows).toEqual([
      { line: 2, cells: { name: 'Cats, dogs', note: 'says "hi"\nand leaves' } },
      { line: 4, cells: { name: 'Birds', note: '' } },
    ])
  })

  it('takes the guard of an exported formula away', () => {
    expect(cellsOf("name\n'=1+1")).toEqual([{ name: '=1+1' }])
  })

  it('skips empty lines, fills short rows, and leaves what has no column', () => {
    expect(cellsOf('a,b\n\n,\n1\n2,3,4\n')).toEqual([
      { a: '1', b: '' },
      { a: '2', b: '3' },
    ])
  })

  it('reads the rows above a quote that is never closed', () => {
    const table = csvTableOf('name\nfirst\n"second\nthird\n')
    expect(table.rows.map(({ cells }) => cells['name'])).toEqual(['first'])
    expect(table.open_quote_line).toBe(3)
  })

  it('has no rows when there is nothing', () => {
    expect(csvTableOf('')).toEqual({ columns: [], rows: [], open_quote_line: null })
  })

  it.each([
    ['UTF-8', new TextEncoder().encode('Größe')],
    ['UTF-16, little end first', Uint8Array.from([0xff, 0xfe, ...Buffer.from('Größe', 'utf16le')])],
    ['UTF-16, big end first', Uint8Array.from([0xfe, 0xff, ...Buffer.from('Größe', 'utf16le').swap16()])],
    ['windows-1252', Uint8Array.from(Buffer.from('Größe', 'latin1'))],
  ])('is understood in %s', (_encoding, bytes) => {
    expect(textOf(bytes).replace(/^\uFEFF/, '')).toBe('Größe')
  })
})
