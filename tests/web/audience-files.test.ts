import { describe, expect, it, vi } from 'vitest'

import { exportedText, fileNameOf } from '#functions/web/app/audiences/export-file.ts'
import { inSteps } from '#functions/web/app/base/in-steps.ts'
import { csvRows } from '#functions/web/app/files/csv-rows.ts'
import { countOfPlan, importPlan } from '#functions/web/app/audiences/import/import-plan.ts'
import { csvAudiences } from '#functions/web/app/audiences/import/csv-audiences.ts'
import { readAudienceFile } from '#functions/web/app/audiences/import/read-file.ts'
import { systemClock } from '#shared/base/clock.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { exportedColumns } from '#shared/records/decisions.ts'
import { audienceId, shownAudience } from './audience-fixture.ts'

const NOBODY = { get: () => undefined, all: [] }
const read = (name: string, text: string) => readAudienceFile(name, new TextEncoder().encode(text), systemClock)
const planOf = async (name: string, text: string, known: Parameters<typeof importPlan>[1] = NOBODY) =>
  importPlan((await read(name, text)).rows, known)

describe('a file of audiences', () => {
  const hard = [
    shownAudience(1, {
      name: '=HYPERLINK("x"), "quoted"\r\nand a line',
      description: '',
      original_query: null,
      data_type: 'clean_room',
      total_audience_size: 9_007_199_254_740_991,
      selected_variables: ['a,b', 'NaN'],
      metadata: { tags: ['\u05e9\u05dc\u05d5\u05dd', '<b>'], deep: { list: [1, null] } },
      segments: [{ segment_id: 'x', name: '  "', size: null }],
    }),
    shownAudience(2, { name: "'=1", description: 'NaN', status: 'archived' }),
  ]

  it.each(['csv', 'json'] as const)('as %s is read back as it was', async (format) => {
    const text = exportedText(
      format,
      hard.map(({ record }) => record),
    )
    const { rows } = await planOf(`x.${format}`, text)
    expect(rows.map((row) => row.does)).toEqual(['make', 'make'])
    for (const [at, row] of rows.entries()) {
      const { record } = hard[at]!
      const said = row.does === 'make' ? row.value : {}
      expect({ ...AUDIENCES.defaults, ...said }).toEqual(
        Object.fromEntries(Object.keys(AUDIENCES.fields.shape).map((name) => [name, record[name as 'name']])),
      )
      expect(row).toMatchObject({ id: record.audience_id })
    }
  })

  it('has the columns of the exports of the service', () => {
    const [header] = exportedText('csv', []).split('\r\n')
    expect(header).toBe(
      `\ufeff${exportedColumns(AUDIENCES)
        .map(({ name }) => name)
        .join(',')}`,
    )
    expect(JSON.parse(exportedText('json', []))).toEqual({ audiences: [] })
  })

  it('is named after the only audience in it, safely', () => {
    const one = (name: string) => fileNameOf([shownAudience(1, { name }).record], '2026-11-28', 'csv')
    expect(one('../a:b\u202e')).toBe('__a_b_.csv')
    expect(one('x'.repeat(200))).toHaveLength(84)
    expect(
      fileNameOf(
        hard.map(({ record }) => record),
        '2026-11-28',
        'json',
      ),
    ).toBe('audiences 2026-11-28.json')
  })
})

describe('a file of a spreadsheet', () => {
  it('may have headings, types and numbers as people write them', async () => {
    const text = 'Name;Data Type;Records;Tags;Campaign\r\nHikers;First-party;"2.404.912";spring, outdoor;TRAIL-26\r\n'
    const [row] = (await planOf('a.csv', text)).rows
    expect(row).toMatchObject({
      does: 'make',
      line: 2,
      value: {
        name: 'Hikers',
        data_type: 'first_party',
        total_audience_size: 2_404_912,
        metadata: { tags: ['spring', 'outdoor'], campaign_id: 'TRAIL-26' },
      },
    })
  })

  it('has rows that cannot be taken in beside those that can, each with its line and its reason', async () => {
    const text = 'name,total_audience_size,mood\n"Two\nlines",5,good\n,7,\nMinus,-1,\nWord,many,\n\n'
    const plan = await planOf('a.csv', text)
    expect(plan.rows.map(({ line, does }) => [line, does])).toEqual([
      [2, 'make'],
      [4, 'refuse'],
      [5, 'refuse'],
      [6, 'refuse'],
    ])
    expect(plan.rows[1]).toMatchObject({ reasons: [expect.stringContaining('Name')] })
    expect(plan.rows[2]).toMatchObject({ reasons: [expect.stringContaining('Records')] })
    expect(plan.ignored).toEqual(['mood'])
  })

  it.each([
    ['', 'empty'],
    ['name,x\n"open', 'never closed'],
    ['a,b\n1,2\n', 'name'],
    ['{"audiences": [', 'cut off'],
    ['{"audiences": 3}', 'no list'],
    ['PAR1\u0000', 'cut off or damaged'],
  ])('that cannot be read (%j) says why', async (text, words) => {
    await expect(read('a.csv', text)).rejects.toThrow(words)
  })

  it('keeps cells apart by the delimiter of its header', () => {
    const cells = (text: string) => csvRows(text).rows.map((row) => row.cells.map((cell) => cell.text))
    expect(cells('a\tb\n1,5\t2')).toEqual([
      ['a', 'b'],
      ['1,5', '2'],
    ])
    expect(cells('a,b\n1,')).toEqual([
      ['a', 'b'],
      ['1', ''],
    ])
    expect(cells('"a""b",c\r\n"x"y,z\r\n')).toEqual([
      ['a"b', 'c'],
      ['xy', 'z'],
    ])
  })
})

describe('a large file', () => {
  it('is read one row after the other, and ends where its reader ends', () => {
    const rows = csvAudiences('name\nFirst\nSecond\n"never closed')
    expect(rows.next().value).toEqual({ line: 2, source: { name: 'First' } })
    expect(rows.next().value).toEqual({ line: 3, source: { name: 'Second' } })
    expect(() => rows.next()).toThrow('line 4 is never closed')
  })

  it('finds the delimiter in its first line alone, whatever is quoted there', () => {
    const cells = (text: string) => csvRows(text).rows[0]?.cells.map((cell) => cell.text)
    expect(cells('"a,b,c";d;e\n1,2,3,4,5,6')).toEqual(['a,b,c', 'd', 'e'])
    expect(cells('"two\nlines, and, commas";b\nx;y')).toEqual(['two\nlines, and, commas', 'b'])
  })

  it('lets the page answer between its steps, and is read no further when nobody wants it', async () => {
    let now_ms = 0
    const passing = vi.spyOn(systemClock, 'monotonicMs').mockImplementation(() => (now_ms += 20))
    const reading = new AbortController()
    const turns: number[] = []
    let read_rows = 0
    function* rows(): Generator<number, void> {
      while (read_rows < 100) yield read_rows++
    }
    const turn = vi.spyOn(systemClock, 'turn').mockImplementation(async () => {
      turns.push(read_rows)
      if (turns.length === 3) reading.abort(new Error('closed'))
      await Promise.resolve()
    })
    await expect(inSteps(rows(), systemClock, reading.signal)).rejects.toThrow('closed')
    expect(turns).toHaveLength(3)
    expect(read_rows).toBe(turns.at(-1))
    passing.mockRestore()
    turn.mockRestore()
  })

  it('that is JSON, one audience in a line, keeps its lines, and one that is damaged says so', async () => {
    const { rows } = await read('a.jsonl', '{"name": "One"}\n\n{"name": "Two"}\n')
    expect(rows.map(({ line }) => line)).toEqual([1, 3])
    await expect(read('a.jsonl', '{"name": "One"}\n{"name": ')).rejects.toThrow('cut off or damaged')
  })
})

describe('an import', () => {
  const here = shownAudience(1, { name: 'Here', description: 'As it is' })
  const gone = shownAudience(2, { name: 'Gone', deleted: true })
  const known = {
    get: (id: string) => [here, gone].find((one) => one.id === id),
    all: [here],
  }

  it('leaves what is here, brings back what was deleted, and makes the rest', async () => {
    const file = JSON.stringify({
      audiences: [
        here.record,
        gone.record,
        shownAudience(3).record,
        { name: 'No id' },
        { name: 'Here', description: 'As it is' },
      ],
    })
    const plan = await planOf('a.json', file, known)
    expect(plan.rows.map(({ does }) => does)).toEqual(['leave', 'bring_back', 'make', 'make', 'leave'])
    expect(plan.ignored).toEqual([])
    expect(countOfPlan(plan, 'make')).toBe(2)
  })

  it('gives an audience of another system a new id, and takes no id twice', async () => {
    const id = audienceId(7)
    const rows = [
      { audience_id: 'old-17', name: 'Old' },
      { audience_id: id, name: 'A' },
      { audience_id: id, name: 'B' },
    ]
    expect((await planOf('a.json', JSON.stringify(rows), known)).rows).toMatchObject([
      { does: 'make', id: undefined },
      { does: 'make', id },
      { does: 'refuse' },
    ])
  })

  it('of the download of a device keeps the whole file', async () => {
    const file = { made_at: '', audiences: [here.record], platforms: [], distributions: [], unsent: [], unreadable: [] }
    expect((await read('a.json', JSON.stringify(file))).device_file).toEqual(file)
  })
})
