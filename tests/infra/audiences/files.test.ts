import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { audienceText, type AudienceContent } from '#infra/audiences/folder/audience-text.ts'
import { AudienceFolder } from '#infra/audiences/folder/audience-folder.ts'
import { fileName } from '#infra/audiences/folder/file-names.ts'
import { readAudience } from '#infra/audiences/folder/read-audience.ts'
import { merged } from '#infra/audiences/actions/pull.ts'
import { FIELD_NAMES } from '#infra/audiences/plan.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { everyAudience } from '#tests/functions/audiences/harness.ts'
import { fc, runs } from '#tests/support/seeds.ts'
import { accounts, deskAt } from './harness.ts'

const newAccount = accounts()

const content = (fields: Partial<AudienceContent>): AudienceContent =>
  ({ ...AUDIENCES.defaults, name: 'Any', ...fields }) as AudienceContent

const TEXTS = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('a', ' ', '\n', '\r', '\t', '#', ':', '-', '"', "'", '\u2028', '\u0085', '\ufeff'),
  }),
  fc.constantFrom(
    'yes',
    '1e3',
    '0x1f',
    '~',
    '<<',
    '12:30',
    '=======',
    '--- a',
    '# not a comment',
    ' \n  a',
    'a\n  \nb',
    'a\n# b\n',
  ),
  fc.string({ unit: fc.constantFrom('word ', 'x'), minLength: 30, maxLength: 60 }),
)
/** Names of members: one that no record keeps is a fault. */
const NAMES = TEXTS.filter((name) => name !== '__proto__')
const JSON_VALUES = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    TEXTS,
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(NAMES, tie('value'), { maxKeys: 3 }),
  ),
})).value

test('every audience is read from its text as it was, and has one text', () => {
  fc.assert(
    fc.property(TEXTS, TEXTS, fc.dictionary(NAMES, JSON_VALUES, { maxKeys: 4 }), (name, description, metadata) => {
      const stated = { audience_id: 'aud_1', version: 7, content: content({ name: `n${name}`, description, metadata }) }
      const text = audienceText(stated)
      const { stated: read, faults } = readAudience('a.yaml', text)
      expect(faults).toEqual([])
      expect(read).toEqual(stated)
      expect(audienceText(read!)).toBe(text)
    }),
    runs(40, 1000),
  )
})

test.each([' \n', ' \n ', '\n', '\n a', ' a\n  b', 'a\n  \nb', 'a\n\n', 'a\n \n', '\t\na', 'a \nb'])(
  'a text of several lines is read with its unseen space: %j',
  (description) => {
    const text = audienceText({ audience_id: undefined, version: undefined, content: content({ description }) })
    expect(readAudience('a.yaml', text).stated?.content.description).toBe(description)
  },
)

test('members come in the order of the schema or of the alphabet, however a file has them', () => {
  const { stated } = readAudience(
    'a.yaml',
    'segments: [{size: 1, name: A, segment_id: 5, characteristics: {b: 1, a: 2}}]\nmetadata: {b: 1, a: {d: 1, c: 2}}\nname: Any\n',
  )
  expect(audienceText(stated!)).toBe(
    [
      'name: Any',
      'status: active',
      'metadata:\n  a:\n    c: 2\n    d: 1\n  b: 1',
      'segments:\n  - segment_id: 5\n    name: A\n    size: 1\n    characteristics:\n      a: 2\n      b: 1',
      '',
    ].join('\n'),
  )
})

describe('a file that cannot be read is refused where it is wrong', () => {
  test.each([
    ['an unknown field', 'name: A\nnmae: B\n', '2:1 nmae is not a known field'],
    ['a server field', 'name: A\ncreated_at: now\n', '2:1 created_at is not a known field'],
    ['a comment', 'name: A # why\n', '1:9 is a comment, which pull would drop: say it in description or metadata'],
    ['a merge that is not finished', 'name: A\n<<<<<<< HEAD\n', '2:1 is a mark of a merge that is not finished'],
    ['a name twice', 'name: A\nname: B\n', '2:1 name stands here twice'],
    ['an alias', 'name: &a A\ndescription: *a\n', '1:10 has an anchor, which pull would drop'],
    ['a number that would be changed', 'name: A\nmetadata: {a: 12345678901234567890}\n', '2:15 is a number beyond'],
    ['a number that JSON lacks', 'name: A\nmetadata: {a: .inf}\n', '2:15 is a number beyond'],
    ['a name that no record keeps', 'name: A\nmetadata: {__proto__: 1}\n', '2:12 is a name that no record keeps'],
    ['a list', '- name: A\n', 'does not hold the fields of an audience'],
    ['nothing', '', 'does not hold the fields of an audience'],
    ['two documents', 'name: A\n---\nname: B\n', 'multiple documents'],
    ['a bad version', 'name: A\nversion: 0\n', '2:1 version must be at least 1'],
    ['deep nesting', `name: ${'['.repeat(5000)}`, ''],
  ])('%s', (_, text, said) => {
    const { stated, faults } = readAudience('a.yaml', text)
    expect(stated).toBeUndefined()
    const lines = faults.map(({ line, column, message }) => `${line ?? ''}:${column ?? ''} ${message}`)
    expect(lines.join('\n')).toContain(said)
  })

  test('all faults of all files come together, and nothing is done', async () => {
    const account = newAccount()
    const desk = await deskAt(account)
    await desk.run('pull')
    await desk.write('a.yaml', 'name: 5\nsegments:\n  - size: big\n')
    await desk.write('b.yaml', 'name: B\nnmae: C\n')
    await desk.write('good.yaml', 'name: Good\n')
    await desk.write('notes.txt', 'not an audience')
    await desk.write('.hidden.yaml', 'nor this')
    const planned = await desk.run('plan')
    expect(planned.code).toBe(1)
    expect(planned.out.split('\n').filter((line) => line.startsWith('fault'))).toEqual([
      'fault     a.yaml:1:1  name must be a string',
      'fault     a.yaml:3:5  segments[0].segment_id is required',
      'fault     a.yaml:3:5  segments[0].size must be a number',
      'fault     b.yaml:2:1  nmae is not a known field',
    ])
    expect(await desk.run('apply')).toMatchObject({ code: 1 })
    expect(await everyAudience(account)).toEqual([])
  })

  test('links, other bytes, huge files and copies of a file are faults, and nothing outside is read', async () => {
    const account = newAccount()
    const desk = await deskAt(account)
    await desk.run('pull')
    await writeFile(join(desk.dir, '../outside.yaml'), 'name: Outside\n')
    await symlink('../outside.yaml', join(desk.dir, 'link.yaml'))
    await symlink('..', join(desk.dir, 'folder'))
    await writeFile(join(desk.dir, 'bytes.yaml'), Uint8Array.of(0x6e, 0xff))
    await desk.write('huge.yaml', `name: ${'x'.repeat(2 ** 20)}\n`)
    await mkdir(join(desk.dir, 'team'))
    await desk.write('team/one.yaml', 'audience_id: aud_1\nname: One\n')
    await desk.write('two.yaml', 'audience_id: aud_1\nname: Two\n')
    const { code, out } = await desk.run('plan', { json: true })
    expect(code).toBe(1)
    const { faults } = JSON.parse(out) as { faults: { path: string; message: string }[] }
    expect(faults.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'bytes.yaml is not UTF-8',
      'huge.yaml has more than 1024 KiB',
      'link.yaml is a symbolic link, which is not followed',
      'two.yaml has the audience_id of team/one.yaml: a copy of a file needs none',
    ])
  })
})

test('the line ends of Windows are kept, and are no difference', async () => {
  const account = newAccount()
  const desk = await deskAt(account)
  await desk.run('pull')
  await desk.write('a.yaml', 'name: A\r\ndescription: |-\r\n  one\r\n  two\r\n')
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  expect((await everyAudience(account))[0]).toMatchObject({ description: 'one\ntwo' })
  expect(await desk.text('a.yaml')).toMatch(/^audience_id: \S+\r\nversion: 1\r\nname: A\r\n.*\|-\r\n {2}one\r\n/s)
  expect((await desk.run('pull')).out).toBe('0 written, 1 current, 0 edited here.\n')
})

test('the name of a file says what the audience is called, in letters that every system takes', () => {
  expect(fileName('Été — Größe & Co.', 'aud_01h455vb4pex5vsknk084sn02q')).toBe('ete-gro-e-co-084sn02q.yaml')
  expect(fileName('日本', 'aud_01h455vb4pex5vsknk084sn02q')).toBe('audience-084sn02q.yaml')
  expect(fileName('../../etc/passwd', '../../x')).toBe('etc-passwd-------x.yaml')
})

test('a merge takes each field from the side that changed it', () => {
  const value = fc.constantFrom('a', 'b', 'c')
  fc.assert(
    fc.property(value, value, value, fc.boolean(), (before, here, there, is_known) => {
      const past = is_known ? content({ description: before }) : {}
      const merge = merged(past, content({ description: here }), content({ description: there }))
      const is_both = here !== there && (!is_known || (here !== before && there !== before))
      expect(merge.both).toEqual(is_both ? ['description'] : [])
      const taken = is_known && there === before ? here : there
      expect(is_both || merge.content.description === taken).toBe(true)
      expect(Object.keys(merge.content).toSorted()).toEqual(FIELD_NAMES.toSorted())
    }),
    runs(50),
  )
})

test('two audiences of one name get a file each, though their ids end alike', async () => {
  const desk = await deskAt(newAccount())
  const folder = await AudienceFolder.open(desk.dir, { makes: true })
  const ids = ['old-12345678', 'new-12345678']
  const paths = await Promise.all(
    ids.map((audience_id) => folder.add({ audience_id, version: 1, content: content({}) })),
  )
  expect(paths).toEqual(['any-12345678.yaml', 'new-12345678.yaml'])
  expect(await desk.names()).toEqual(paths)
})
