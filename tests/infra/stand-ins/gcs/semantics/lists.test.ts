import { beforeAll, describe, expect, test } from 'vitest'
import { openAnyTarget } from '#tests/objects/target.ts'
import { Api, statusOf, type StoredObject } from './api.ts'

/** Source: https://cloud.google.com/storage/docs/json_api/v1/objects/list */
const NAMES = ['a', 'a/', 'a/1', 'a/2', 'a/b/1', 'a0', 'b/x', 'c', 'd/e/f', 'é', '\uff5e', '\u{1f600}']

interface ListCase {
  query: Record<string, string>
  items: string[]
  prefixes?: string[]
  silent?: true
}

const CASES: readonly ListCase[] = [
  // In the order of their UTF-8 bytes, which is not that of UTF-16.
  { query: {}, items: NAMES },
  { query: { prefix: 'a' }, items: ['a', 'a/', 'a/1', 'a/2', 'a/b/1', 'a0'] },
  { query: { prefix: 'a/' }, items: ['a/', 'a/1', 'a/2', 'a/b/1'] },
  { query: { prefix: 'a/1' }, items: ['a/1'] },
  { query: { prefix: 'nothing' }, items: [] },
  { query: { delimiter: '/' }, items: ['a', 'a0', 'c', 'é', '\uff5e', '\u{1f600}'], prefixes: ['a/', 'b/', 'd/'] },
  { query: { delimiter: '/', prefix: 'a/' }, items: ['a/', 'a/1', 'a/2'], prefixes: ['a/b/'] },
  { query: { delimiter: '/', prefix: 'a' }, items: ['a', 'a0'], prefixes: ['a/'] },
  { query: { delimiter: '/', prefix: 'd' }, items: [], prefixes: ['d/'] },
  { query: { delimiter: '/', prefix: 'd/' }, items: [], prefixes: ['d/e/'] },
  { query: { delimiter: '/e', prefix: 'd' }, items: [], prefixes: ['d/e'] },
  {
    query: { delimiter: '/', prefix: 'a', includeTrailingDelimiter: 'true' },
    items: ['a', 'a/', 'a0'],
    prefixes: ['a/'],
  },
  { query: { delimiter: '/', prefix: 'b', includeTrailingDelimiter: 'true' }, items: [], prefixes: ['b/'] },
  { query: { startOffset: 'a/2' }, items: NAMES.slice(3) },
  { query: { endOffset: 'a/2' }, items: NAMES.slice(0, 3) },
  { query: { startOffset: 'a/2', endOffset: 'c' }, items: ['a/2', 'a/b/1', 'a0', 'b/x'] },
  { query: { startOffset: 'c', endOffset: 'a' }, items: [] },
  { query: { prefix: 'a/', startOffset: 'a/2' }, items: ['a/2', 'a/b/1'] },
  { query: { delimiter: '/', startOffset: 'b', endOffset: 'd' }, items: ['c'], prefixes: ['b/'] },
]

const target = await openAnyTarget()
const api = new Api(target, 'lists')
const generations = new Map<string, string>()

beforeAll(async () => {
  await Promise.all(NAMES.map(async (name) => generations.set(name, (await api.mustPut(name, name)).generation)))
})

interface Page {
  kind?: string
  items?: StoredObject[]
  prefixes?: string[]
  nextPageToken?: string
}

/** Offsets and the token count as parts of names, so they get the prefix too. */
async function page({ startOffset, endOffset, ...query }: Record<string, string>): Promise<Page> {
  const answer = await api.list({
    ...query,
    ...(startOffset !== undefined && { startOffset: api.name(startOffset) }),
    ...(endOffset !== undefined && { endOffset: api.name(endOffset) }),
  })
  expect(statusOf(answer)).toBe(200)
  return JSON.parse(answer.text) as Page
}

const namesOf = ({ items = [] }: Page) => items.map(({ name }) => api.relative(name))
const prefixesOf = ({ prefixes = [] }: Page) => prefixes.map((prefix) => api.relative(prefix))

describe.concurrent('a list', () => {
  test.each(CASES)('with $query', async ({ query, items, prefixes = [] }) => {
    const whole = await page(query)
    expect({ items: namesOf(whole), prefixes: prefixesOf(whole) }).toEqual({ items, prefixes })
    expect(whole.nextPageToken).toBeUndefined()
  })

  test.each(CASES)('in pages of two with $query', async ({ query, items, prefixes = [] }) => {
    const found: string[] = []
    const groups: string[] = []
    let token: string | undefined
    do {
      const part = await page({ ...query, maxResults: '2', ...(token !== undefined && { pageToken: token }) })
      const [names, prefixes_of_part] = [namesOf(part), prefixesOf(part)]
      expect(names.length + prefixes_of_part.length).toBeLessThanOrEqual(2)
      found.push(...names)
      groups.push(...prefixes_of_part)
      token = part.nextPageToken
    } while (token !== undefined)
    // "Duplicate prefixes are omitted": within one page, as far as the documentation says.
    expect({ items: found, prefixes: [...new Set(groups)] }).toEqual({ items, prefixes })
  })

  test('shows each object as its metadata does', async () => {
    const { items = [] } = await page({ prefix: 'a/1' })
    const metadata = JSON.parse((await api.metadata('a/1')).text) as StoredObject
    expect(items).toEqual([metadata])
    expect(metadata).toMatchObject({ generation: generations.get('a/1'), size: '3', metageneration: '1' })
  })

  test.each([
    ['items(name,size),nextPageToken', { items: [{ name: api.name('a/1'), size: '3' }] }],
    ['items/name', { items: [{ name: api.name('a/1') }] }],
    ['kind', { kind: 'storage#objects' }],
    ['nextPageToken', {}],
  ])('with fields = %s has those alone', async (fields, expected) => {
    expect(await page({ prefix: 'a/1', fields })).toEqual(expected)
  })

  test('with a wildcard among the fields has all below it', async () => {
    const { kind, ...rest } = await page({ prefix: 'a/1' })
    expect(await page({ prefix: 'a/1', fields: 'kind,items(*)' })).toEqual({ kind, ...rest })
    expect(await page({ prefix: 'a/1', fields: 'items(*)' })).toEqual(rest)
  })

  test('hands out its next token only when the fields name it', async () => {
    expect(await page({ maxResults: '1', fields: 'items(name)' })).toEqual({ items: [{ name: api.name('a') }] })
    expect(await page({ maxResults: '1', fields: 'nextPageToken' })).toHaveProperty('nextPageToken')
  })

  test.each([{ fields: 'items(name' }, { fields: 'items)' }, { maxResults: 'many' }, { pageToken: 'nonsense' }])(
    'with %j is a 400',
    async (query) => {
      expect(statusOf(await api.list(query))).toBe(400)
    },
  )
})

test.concurrent('fields hold for the metadata of one object and the answer to a write', async () => {
  const own = new Api(target, 'fields')
  const written = await own.simple('x', 'content', { fields: 'generation,size' })
  const { generation } = JSON.parse(written.text) as StoredObject
  expect(JSON.parse(written.text)).toEqual({ generation, size: '7' })
  expect(JSON.parse((await own.metadata('x', { fields: 'name,generation' })).text)).toEqual({
    name: own.name('x'),
    generation,
  })
})

test.concurrent('fields that are ill-formed let nothing be written', async () => {
  const own = new Api(target, 'ill-formed-fields')
  expect(statusOf(await own.simple('x', 'content', { fields: 'name(' }))).toBe(400)
  expect(statusOf(await own.metadata('x'))).toBe(404)
})

// They would change the meaning of a list or a read, so they are refused rather than ignored.
test.skipIf(target.is_real).each([{ matchGlob: '**' }, { softDeleted: 'true' }, { filter: 'contexts."a":*' }])(
  'a list with %j is refused by the stand-in, which has none of it',
  async (query) => {
    expect(statusOf(await api.list(query))).toBe(400)
  },
)

test.skipIf(target.is_real)('a read of a soft-deleted object is refused by the stand-in, which has none', async () => {
  expect(statusOf(await api.metadata('a', { softDeleted: 'true', generation: generations.get('a') ?? '' }))).toBe(400)
})
