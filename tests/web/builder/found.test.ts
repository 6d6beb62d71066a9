import { describe, expect, it } from 'vitest'

import { CATALOGUE, catalogueFor, VARIABLE_TYPES } from '#functions/web/app/pages/builder/model/catalogue.ts'
import { mergedSegments, newSegment, segmentsInText } from '#functions/web/app/pages/builder/model/segments.ts'
import { newAmong, pastedVariables, variablesIn } from '#functions/web/app/pages/builder/model/variables.ts'

const namesAndSizes = (text: string) => segmentsInText(text).segments.map(({ name, size }) => [name, size])

describe('segments of a file', () => {
  it.each([
    ['CSV', 'Segment;Records;Description\nMovers;184.200;Moved\nSettled;;\n'],
    [
      'a JSON list',
      '[{"name":"Movers","size":184200,"description":"Moved"},{"segment_id":"b","name":"Settled","size":null}]',
    ],
    ['an exported audience', '{"audience":{"segments":[{"name":"Movers","size":"184,200"},{"name":"Settled"}]}}'],
  ])('are read from %s, an unknown size as unknown', (_what, text) => {
    expect(namesAndSizes(text)).toEqual([
      ['Movers', '184200'],
      ['Settled', ''],
    ])
  })

  it('that cannot be taken are told with their row, and cost only themselves', () => {
    const { segments, left_out } = segmentsInText('name,size\nMovers,1\n,5\nSettled,lots\n')
    expect(segments).toHaveLength(1)
    expect(left_out).toEqual(['Row 3: it has no name.', 'Row 4: “lots” is not a size.'])
  })

  it.each([
    ['nothing', '  ', /nothing in it/],
    ['a table of other columns', 'a,b\n1,2', /no column “name”/],
    ['half a JSON file', '[{"name":"Movers"', /cut off/],
    ['JSON of something else', '{"platforms":[]}', /no list of segments/],
  ])('are none in %s, which is said', (_what, text, words) => {
    const { segments, left_out } = segmentsInText(text)
    expect(segments).toEqual([])
    expect(left_out[0]).toMatch(words)
  })

  it('give a known segment its size, by id and name or by name, and add the others', () => {
    const movers = { ...newSegment([]), segment_id: 1, name: 'Movers', size: '', note: 'Moved' }
    const settled = { ...newSegment([]), segment_id: 2, name: 'Settled', size: '7' }
    const found = segmentsInText('id,name,size\n1,movers,184200\n1,Dog households,96300\n9,Settled,\n').segments
    const merge = mergedSegments([movers, settled], found)
    expect(merge).toMatchObject({ added: 1, updated: 1, unchanged: 1, too_many: 0 })
    expect(merge.segments).toMatchObject([
      { segment_id: 1, name: 'Movers', size: '184200', note: 'Moved' },
      { segment_id: 2, name: 'Settled', size: '7' },
      { segment_id: 3, name: 'Dog households', size: '96300', is_kept: true },
    ])
  })

  it('are no more than an audience can have', () => {
    const rows = Array.from({ length: 1001 }, (_, at) => `Segment ${at},1`)
    const merge = mergedSegments([], segmentsInText(`name,size\n${rows.join('\n')}`).segments)
    expect(merge).toMatchObject({ added: 1000, too_many: 1 })
    expect(new Set(merge.segments.map(({ segment_id }) => segment_id)).size).toBe(1000)
  })
})

describe('variables', () => {
  it.each([
    ['one a line', 'PET_DOG\nOWN_1\n\nPET_DOG'],
    ['with commas', 'PET_DOG, OWN_1'],
    ['as a JSON list', '["PET_DOG", "OWN_1"]'],
    ['as a table', 'code,description\nPET_DOG,\nOWN_1,Own'],
  ])('are pasted %s, each once, and known ones have their names', (_what, text) => {
    const { variables, left_out } = pastedVariables(text)
    expect(variables.map(({ code }) => code)).toEqual(['PET_DOG', 'OWN_1'])
    expect(variables[0]).toMatchObject({ description: 'Owns a dog', category: 'Household', type: 'demographic' })
    expect(left_out).toEqual([])
  })

  it('that a service suggests come with their relevance, however it scores', () => {
    const { variables, left_out } = variablesIn({
      suggested_variables: [
        { code: 'A', relevance_score: 0.95, type: 'own' },
        { code: 'B', relevance_score: 87 },
        { code: 'C', relevance_score: 'high' },
        { description: 'no code' },
        null,
      ],
    })
    expect(variables.map(({ code, relevance }) => [code, relevance])).toEqual([
      ['A', '95'],
      ['B', '87'],
      ['C', ''],
    ])
    expect(left_out).toEqual(['Entry 4 has no code', 'Entry 5 has no code'])
  })

  it('that are too long are told', () => {
    expect(pastedVariables('x'.repeat(201)).left_out).toEqual(['Entry 1 has a code of more than 200 characters'])
  })

  it('that are chosen already are not new', () => {
    const { variables } = pastedVariables('PET_DOG, OWN_1')
    expect(newAmong(variables, [variables[0]!])).toEqual([variables[1]])
  })

  it('of the catalogue have codes of their own and types with words', () => {
    expect(new Set(CATALOGUE.map(({ code }) => code)).size).toBe(CATALOGUE.length)
    expect(CATALOGUE.filter(({ type }) => VARIABLE_TYPES[type] === undefined)).toEqual([])
  })

  it('of the catalogue are found by any words of their name, code or category', () => {
    expect([...catalogueFor('dog own').values()].flat().map(({ code }) => code)).toContain('PET_DOG')
    expect([...catalogueFor('TRAVEL').keys()]).toContain('Travel')
    expect(catalogueFor('no such thing').size).toBe(0)
  })
})
