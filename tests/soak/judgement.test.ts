import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import type { StoredAudience } from '#tests/faults/stored.ts'
import { Evidence } from './evidence.ts'
import { growthOf, type Sample } from './growth.ts'
import { Ledger } from './ledger.ts'

/** That the soak sees what it is there for: lies planted in what was stored, shown and measured. */

const USER = 'u'
const MARKS = ['m0', 'm1']

/** One record that was made and changed, as it was acknowledged. */
function aLedger(): Ledger {
  const ledger = new Ledger()
  for (const kind of ['create', 'patch'] as const)
    ledger.begin(kind, USER, ledger.newMark(), 'aud_1').result = 'acknowledged'
  return ledger
}

const stored = (more: Partial<StoredAudience> = {}): Map<string, StoredAudience> =>
  new Map([['aud_1', { user_id: USER, version: 2, deleted: false, marks: MARKS, ...more }]])

describe('what is stored at the end', () => {
  const faultsOf = (ledger: Ledger, audiences: ReadonlyMap<string, StoredAudience>) => {
    ledger.checkStored(audiences)
    return ledger.faults
  }

  test('is right when every acknowledged change is there once', () => {
    expect(faultsOf(aLedger(), stored())).toEqual([])
  })

  test.each<[string, Map<string, StoredAudience>, RegExp]>([
    ['a lost record', new Map(), /m0 was acknowledged, and is gone/],
    ['a lost change', stored({ marks: ['m0'], version: 1 }), /m1 was acknowledged, and is gone/],
    ['a version without a change', stored({ version: 3 }), /has version 3 after 2 changes/],
    ['a record of somebody else', stored({ user_id: 'other' }), /m0 reached another user/],
    ['a change that nobody asked for', stored({ marks: [...MARKS, 'm7'], version: 3 }), /nobody asked for m7/],
    [
      'a record that is there twice',
      new Map([...stored(), ['aud_2', { user_id: USER, version: 1, deleted: false, marks: ['m0'] }]]),
      /m0 was carried out 2 times/,
    ],
  ])('is wrong with %s', (_, audiences, message) => {
    expect(faultsOf(aLedger(), audiences)).toEqual([expect.stringMatching(message)])
  })

  test('may have a change of unknown outcome or not, and never one that was refused', () => {
    const ledger = aLedger()
    const change = ledger.begin('patch', USER, ledger.newMark(), 'aud_1')
    const with_it = stored({ marks: [...MARKS, 'm2'], version: 3 })
    expect(faultsOf(ledger, stored())).toEqual([])
    expect(faultsOf(ledger, with_it)).toEqual([])
    change.result = 'unmade'
    expect(faultsOf(ledger, with_it)).toEqual([expect.stringMatching(/m2 was unmade, and is there/)])
  })
})

describe('what a list, an export or a device shows', () => {
  const faultsOf = (ledger: Ledger, shown: [string, string[]][]) => {
    ledger.checkShown(USER, 'the list', new Map(shown))
    return ledger.faults
  }

  test('is right with every acknowledged change, and without what was deleted', () => {
    const ledger = aLedger()
    expect(faultsOf(ledger, [['aud_1', MARKS]])).toEqual([])
    const deletion = ledger.begin('delete', USER, ledger.newMark(), 'aud_1')
    expect(faultsOf(ledger, [])).toEqual([])
    deletion.result = 'acknowledged'
    expect(faultsOf(ledger, [])).toEqual([])
    expect(faultsOf(ledger, [['aud_1', MARKS]])).toEqual([expect.stringMatching(/shows aud_1, which was deleted/)])
  })

  test('is wrong without a record, and without a change of one', () => {
    expect(faultsOf(aLedger(), [])).toHaveLength(2)
    expect(faultsOf(aLedger(), [['aud_1', ['m0']]])).toEqual([expect.stringMatching(/lacks m1 in aud_1/)])
  })
})

describe('growth', () => {
  const samplesOf = (of: (at: number) => Partial<Sample>): Sample[] =>
    Array.from({ length: 40 }, (_, at) => ({ rss_mib: 100, fds: 30, ...of(at) }))

  test('of caches and code at the beginning is none, nor is a peak in between', () => {
    expect(
      growthOf(
        'f',
        samplesOf((at) => ({ rss_mib: Math.min(150, 80 + 10 * at) })),
      ).faults,
    ).toEqual([])
    expect(
      growthOf(
        'f',
        samplesOf((at) => ({ rss_mib: at === 35 ? 300 : 100, fds: at === 35 ? 200 : 30 })),
      ).faults,
    ).toEqual([])
  })

  test('of memory or of open files that goes on is told, and so is more than an instance has', () => {
    expect(
      growthOf(
        'f',
        samplesOf((at) => ({ rss_mib: 100 + 3 * at })),
      ).faults,
    ).toEqual(['f grew from 145 to 205 MiB'])
    expect(
      growthOf(
        'f',
        samplesOf((at) => ({ fds: 30 + 2 * at })),
      ).faults,
    ).toEqual(['f opened ever more files: 60, then 100'])
    expect(
      growthOf(
        'f',
        samplesOf((at) => ({ rss_mib: at === 5 ? 600 : 100 })),
      ).faults,
    ).toEqual(['f took 600 of 512 MiB'])
  })

  test('is judged of nothing that was hardly measured', () => {
    expect(() => growthOf('f', samplesOf(() => ({})).slice(0, 7))).toThrow('f was measured 7 times')
  })
})

describe('the evidence', () => {
  test('has the newest lines, each cut where it is too long', () => {
    const evidence = new Evidence({ characters_max: 100, line_characters_max: 40 })
    for (const text of ['one', 'two', 'three', 'a line that is far too long to be kept whole']) evidence.note(text)
    const texts = evidence.lines.map((line) => line.replace(/^\S+ /, ''))
    expect(texts).toEqual(['two', 'three', 'a line that is '])
  })

  test('has the log of every process, and the files of the store without what can be made again', async () => {
    const data_dir = await mkdtemp(join(tmpdir(), 'soak-'))
    onTestFinished(() => rm(data_dir, { recursive: true }))
    for (const folder of ['buckets/b', 'encoded', 'staging', 'compiled'])
      await mkdir(join(data_dir, folder), { recursive: true })
    for (const file of ['journal.jsonl', 'buckets/b/object', 'compiled/code'])
      await writeFile(join(data_dir, file), file)
    const evidence = new Evidence()
    evidence.note('a device asks')
    const folder = await evidence.keep(data_dir, new Map([['sync-1', [{ message: 'saved' }]]]))
    onTestFinished(() => rm(folder, { recursive: true }))
    const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    expect(files.toSorted()).toEqual([
      'exchanges.txt',
      'logs/sync-1.jsonl',
      'store/buckets/b/object',
      'store/journal.jsonl',
    ])
    expect(await readFile(join(folder, 'logs/sync-1.jsonl'), 'utf8')).toBe('{"message":"saved"}')
  })
})
