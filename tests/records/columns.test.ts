import * as z from 'zod/mini'
import { describe, expect, test } from 'vitest'

import { AUDIENCES } from '#shared/records/audience.ts'
import { columnsOf } from '#shared/records/columns.ts'
import { SYSTEM_COLUMNS } from '#shared/table/object/schema.ts'

describe('columns of a zod schema', () => {
  test('have the type that the field says, whatever wraps it', () => {
    const columns = columnsOf(
      {
        text: z.string().check(z.maxLength(3)),
        choice: z.nullable(z.enum(['a', 'b'])),
        yes: z.optional(z.boolean()),
        whole: z.nullish(z.int().check(z.minimum(0))),
        real: z._default(z.number(), 1),
        when: z.nullable(z.iso.datetime()),
        texts: z.array(z.string()).check(z.maxLength(3)),
        choices: z.array(z.enum(['a'])),
        things: z.array(z.strictObject({ a: z.string() })),
        numbers: z.array(z.number()),
        thing: z.strictObject({ a: z.string() }),
        free: z.record(z.string(), z.unknown()),
        either: z.union([z.int(), z.string()]),
        made: z.pipe(
          z.string(),
          z.transform((text) => text.length),
        ),
      },
      ['whole', 'when'],
    )
    expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toEqual({
      text: 'string',
      choice: 'string',
      yes: 'boolean',
      whole: 'int64',
      real: 'double',
      when: 'timestamp',
      texts: 'string_list',
      choices: 'string_list',
      things: 'json',
      numbers: 'json',
      thing: 'json',
      free: 'json',
      either: 'json',
      made: 'string',
    })
    expect(columns.filter(({ statistics }) => statistics).map(({ name }) => name)).toEqual(['whole', 'when'])
  })

  test('are refused for a field that no column can hold', () => {
    expect(() => columnsOf({ odd: z.bigint() }, [])).toThrow('no column type for the field odd')
  })

  test('of audiences contain the columns that the table stamps, with their types', () => {
    for (const column of SYSTEM_COLUMNS) {
      expect(AUDIENCES.columns.find(({ name }) => name === column.name)).toMatchObject(column)
    }
  })

  test('of audiences end with the details, so that a listing reads one stretch of the file', () => {
    const names = AUDIENCES.columns.map(({ name }) => name)
    expect(names.slice(-AUDIENCES.detail_columns.length)).toEqual(AUDIENCES.detail_columns)
    expect(new Set(names).size).toBe(names.length)
  })

  test('of audiences never repeat a partition key', () => {
    const names = AUDIENCES.columns.map(({ name }) => name)
    for (const key of ['user_id', 'year', 'month']) expect(names).not.toContain(key)
  })
})
