import { anyCharacter, fc } from '#tests/support/seeds.ts'
import { describe, expect, test } from 'vitest'
import { Catalog, type Version } from '#infra/stand-ins/gcs/catalog.ts'
import { listObjects, parseListQuery } from '#infra/stand-ins/gcs/listing.ts'
import { compareNames } from '#infra/stand-ins/gcs/sorted-names.ts'
import { BUCKET, getText, mustPut, start } from './gcs-fixture.ts'

/** Beyond the documented behaviour of single requests: semantics/. */
describe('a download', () => {
  test('carries generation, checksum, size and type in its headers', async () => {
    const gcs = await start()
    const object = await mustPut(gcs, 'x', 'content')
    const { headers } = await getText(gcs, 'x')
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-goog-generation': object.generation,
      'x-goog-metageneration': '1',
      'x-goog-hash': `crc32c=${object.crc32c},md5=${object.md5Hash}`,
      'x-goog-stored-content-length': '7',
      'x-goog-stored-content-encoding': 'identity',
      'content-length': '7',
      etag: object['etag'],
    })
  })

  test('running while the object is replaced gets one version whole', async () => {
    const gcs = await start()
    const bodies = ['a', 'b', 'c'].map((letter) => letter.repeat(300_000))
    await mustPut(gcs, 'replaced', bodies[0] ?? '')
    const work: Promise<unknown>[] = []
    const read: string[] = []
    for (let round = 0; round < 10; round++) {
      work.push(mustPut(gcs, 'replaced', bodies[round % 3] ?? ''))
      work.push(getText(gcs, 'replaced').then(({ text }) => read.push(text)))
    }
    await Promise.all(work)
    for (const text of read) expect(bodies).toContain(text)
  })
})

describe('a list', () => {
  test('is in the order of UTF-8 bytes, whatever the names', () => {
    const name = fc.string({ unit: anyCharacter, minLength: 1 })
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(Math.sign(compareNames(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })

  test('in pages of any size gives what one page gives, and that is what the definition says', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'é', '\u{1f600}'), minLength: 1, maxLength: 6 })
    const affix = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 2 })
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { maxLength: 30 }),
        affix,
        fc.constantFrom('', '/', 'b', 'a/'),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        (names, prefix, delimiter, page_size, trailing) => {
          const bucket = bucketHolding(names)
          const query = { prefix, delimiter, includeTrailingDelimiter: String(trailing) }
          const found: string[] = []
          const groups: string[] = []
          let page_token = ''
          do {
            const page = listObjects(
              bucket,
              parseListQuery(new URLSearchParams({ ...query, pageToken: page_token, maxResults: String(page_size) })),
            )
            expect(page.versions.length + page.prefixes.length).toBeLessThanOrEqual(page_size)
            found.push(...page.versions.map((version) => version.name))
            groups.push(...page.prefixes)
            page_token = page.next_page_token ?? ''
          } while (page_token !== '')
          const expected = listedByDefinition(names, prefix, delimiter, trailing)
          expect({ found, groups }).toEqual(expected)
        },
      ),
    )
  })
})

function bucketHolding(names: string[]) {
  const catalog = new Catalog()
  const record = { name: BUCKET, metageneration: 1, versioning: true, labels: {}, created_ms: 0, updated_ms: 0 }
  catalog.apply({ kind: 'bucket', bucket: record })
  for (const [index, name] of names.entries()) {
    const version: Version = {
      name,
      generation: index + 1,
      metageneration: 1,
      size_bytes: 0,
      crc32c: 'AAAAAA==',
      settings: {},
      created_ms: 0,
      updated_ms: 0,
      location: 'plain',
      file_modified_ms: 0,
    }
    catalog.apply({ kind: 'written', bucket: BUCKET, version, keeps: true })
  }
  const bucket = catalog.buckets.get(BUCKET)
  if (!bucket) throw new Error('no bucket')
  return bucket
}

function listedByDefinition(names: string[], prefix: string, delimiter: string, trailing: boolean) {
  const found: string[] = []
  const groups = new Set<string>()
  for (const name of names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    if (!name.startsWith(prefix)) continue
    const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length)
    const group = name.slice(0, at + delimiter.length)
    if (at >= 0) groups.add(group)
    if (at < 0 || (trailing && name === group)) found.push(name)
  }
  return { found, groups: [...groups] }
}
