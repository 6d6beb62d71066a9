import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'

import { FLAGS_OBJECT, NOTICE_OBJECT } from '#functions/flags/config.ts'
import { FLAGS_COMMAND, requestOf } from '#infra/operate/flags/command.ts'
import { runFlags } from '#infra/operate/flags/run.ts'
import { startGcs } from '#infra/stand-ins/gcs/server.ts'
import { inputOf } from '#tests/infra/command/input-of.ts'
import { runCommand } from '#tests/infra/operate/running-commands.ts'
import { type Fault, MemoryObjectStore } from '#tests/simulation/memory-object-store.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import { longDescribe } from '#tests/support/effort.ts'

const NOW = '2025-05-15T12:00:00.000Z'

let clock: VirtualClock
let store: MemoryObjectStore
beforeEach(() => {
  clock = new VirtualClock(NOW)
  store = new MemoryObjectStore({ clock })
})

/** What the command prints for these arguments, over the store in memory. */
async function printed(...args: string[]): Promise<string> {
  const lines: string[] = []
  const request = requestOf(inputOf(FLAGS_COMMAND, args), clock.nowMs())
  const print = (line: string) => void lines.push(line)
  const tools = { store, clock, random: seededRandom(1), label: 'gs://customer', account: 'ann', print }
  await clock.run(() => runFlags(request, tools))
  return lines.join('\n')
}

const stored = (name: string): unknown => JSON.parse(Buffer.from(store.bytesOf(name)!).toString())
const place = (text: string, name = FLAGS_OBJECT.name) => store.place(name, Buffer.from(text))
const set = (...options: string[]) => printed('set', 'persistence_v2', ...options)
const stateOf = () => stored(FLAGS_OBJECT.name) as { flags: { persistence_v2: unknown } }

describe('show', () => {
  test('says what holds while nothing is set', async () => {
    expect((await printed('show')).split('\n')).toEqual([
      'gs://customer',
      'config/flags.json  absent (generation 0)',
      '  persistence_v2  on for 100 % of the users (default)',
      'config/notice.json  absent (generation 0)',
      '  no notice',
    ])
  })

  test('names generation, time and author of both objects', async () => {
    await set('--percent', '5')
    await printed('notice', 'set', '--text', 'Back\nat 8', '--until', '2025-05-15T20:00:00+02:00', '--by', 'bob')
    await clock.advance(6 * 3_600_000)
    const lines = await printed('show')
    expect(lines).toMatch(/^config\/flags\.json {2}generation \d+ {2}changed 2025-05-15T12:00:00\.000Z by ann$/m)
    expect(lines).toMatch(/^config\/notice\.json {2}generation \d+ {2}changed 2025-05-15T12:00:00\.000Z by bob$/m)
    expect(lines).toMatch(/^ {2}info, until 2025-05-15T18:00:00\.000Z, which has passed \(ntc_\w{26}\)$/m)
    expect(lines).toContain('  | Back\n  | at 8')
  })

  test('shows a corrupt object as corrupt, with its generation', async () => {
    const generation = place('{"flags":')
    expect(await printed('show')).toContain(
      `config/flags.json  generation ${generation}  CORRUPT: it is not JSON in UTF-8`,
    )
  })
})

describe('set', () => {
  test('shows before, after and the share of the users, and keeps what is not named', async () => {
    expect((await set('--percent', '50')).split('\n')).toEqual([
      'config/flags.json on gs://customer',
      '  before  persistence_v2  on for 100 % of the users (default)',
      '  after   persistence_v2  on for 50 % of the users',
      '50 % of the users lose it: for them sync stops, their local store goes on, nothing is lost.',
      expect.stringMatching(/^Written as generation \d+\. Every instance follows within 60 s\.$/) as string,
    ])
    expect(stateOf()).toEqual({
      flags: { persistence_v2: { percent: 50, enabled: true } },
      updated_at: NOW,
      updated_by: 'ann',
    })
    await set('--off')
    expect(stateOf().flags.persistence_v2).toEqual({ percent: 50, enabled: false })
    expect(await set('--percent', '99.99')).toContain('The flag stays off: --on puts it in effect.')
    await set('--on')
    expect(stateOf().flags.persistence_v2).toEqual({ percent: 99.99, enabled: true })
  })

  test('keeps what another release wrote', async () => {
    place('{"flags":{"other":{"a":1},"persistence_v2":{"percent":5,"enabled":true,"note":"b"}},"more":[2]}')
    await set('--percent', '50')
    expect(stateOf()).toMatchObject({
      flags: { other: { a: 1 }, persistence_v2: { percent: 50, enabled: true, note: 'b' } },
      more: [2],
    })
  })

  test('as a dry run writes nothing, and neither does a change that changes nothing', async () => {
    expect(await set('--percent', '50', '--dry-run')).toContain('Dry run: nothing was written. The generation is 0.')
    expect(store.names()).toEqual([])
    await set('--percent', '50')
    store.resetCounts()
    expect(await set('--percent', '50', '--on')).toContain('Nothing to change.')
    expect(store.counts.write).toBe(0)
  })

  test('with --if-generation refuses when the object has moved, absent ones included', async () => {
    await expect(set('--off', '--if-generation', '7')).rejects.toThrow(
      'config/flags.json has generation 0 now, not 7. Nothing was changed.',
    )
    const first = /generation (\d+)/.exec(await set('--percent', '5', '--if-generation', '0'))![1]!
    await expect(set('--percent', '50', '--if-generation', '0')).rejects.toThrow(`has generation ${first} now, not 0`)
    await set('--percent', '50', '--if-generation', first)
    await expect(set('--percent', '100', '--if-generation', first, '--dry-run')).rejects.toThrow('Nothing was changed')
    expect(stateOf().flags.persistence_v2).toMatchObject({ percent: 50 })
  })

  test('refuses when somebody else was first, also without --if-generation', async () => {
    let has_moved = false
    const other = () => place('{"flags":{"persistence_v2":{"percent":1,"enabled":true}}}')
    store = new MemoryObjectStore({
      clock,
      faultOf: ({ operation }): Fault | undefined => {
        if (operation === 'write' && !has_moved) {
          has_moved = true
          other()
        }
        return undefined
      },
    })
    await expect(set('--percent', '50')).rejects.toThrow('Somebody else changed config/flags.json')
    expect(stateOf().flags.persistence_v2).toEqual({ percent: 1, enabled: true })
  })

  test.each(['lost_answer', 'unavailable', 'throttled'] as const)(
    'is made once although a write meets %s',
    async (fault) => {
      store.strike('write', fault)
      expect(await set('--percent', '50')).toContain('Written as generation')
      expect(stateOf().flags.persistence_v2).toEqual({ percent: 50, enabled: true })
    },
  )

  test('replaces a corrupt object only when asked to, and never by a dry run', async () => {
    place('[]')
    await expect(set('--off')).rejects.toThrow('config/flags.json is corrupt: it is not what belongs there.')
    expect(await set('--off', '--replace-corrupt', '--dry-run')).toContain('  before  corrupt')
    expect(stored(FLAGS_OBJECT.name)).toEqual([])
    await set('--off', '--replace-corrupt')
    expect(stateOf().flags.persistence_v2).toEqual({ percent: 100, enabled: false })
  })
})

describe('notice', () => {
  test('is set with a new id each time, and cleared', async () => {
    await printed('notice', 'set', '--text', 'Back at 8', '--level', 'warning', '--until', '2025-05-15T20:00:00Z')
    const { notice } = stored(NOTICE_OBJECT.name) as { notice: { id: string } }
    expect(notice).toEqual({
      id: expect.stringMatching(/^ntc_\w{26}$/) as string,
      text: 'Back at 8',
      level: 'warning',
      until: '2025-05-15T20:00:00.000Z',
    })
    await clock.advance(1)
    await printed('notice', 'set', '--text', 'Back at 8')
    const { notice: again } = stored(NOTICE_OBJECT.name) as { notice: { id: string } }
    expect(again).toMatchObject({ level: 'info', until: null })
    expect(again.id).not.toBe(notice.id)
    expect(await printed('notice', 'clear')).toContain('  after   no notice')
    expect(stored(NOTICE_OBJECT.name)).toMatchObject({ notice: null, updated_by: 'ann' })
    expect(await printed('notice', 'clear')).toContain('Nothing to change.')
  })
})

describe('the command line', () => {
  test.each<[string[], string]>([
    [[], 'ACTION is required'],
    [['sho'], 'ACTION cannot be sho. Did you mean show?'],
    [['show', 'persistence_v2'], 'Unexpected argument persistence_v2.'],
    [['show', '--percent', '5'], '--percent does not belong to this.'],
    [['show', '--dry-run'], '--dry-run does not belong to this.'],
    [['set'], 'Name a flag. It is one of persistence_v2.'],
    [['set', 'persistence_v3', '--on'], 'There is no flag persistence_v3. It is one of persistence_v2.'],
    [['set', '__proto__', '--on'], 'There is no flag __proto__.'],
    [['set', 'persistence_v2'], 'Say what to change: --percent, --on or --off.'],
    [['set', 'persistence_v2', '--on', '--off'], 'Choose one: --on or --off.'],
    [['set', 'persistence_v2', '--percent', '101'], '--percent must be a number from 0 to 100, not 101.'],
    [['set', 'persistence_v2', '--percent=-1'], '--percent must be a number from 0 to 100, not -1.'],
    [['set', 'persistence_v2', '--percent', '5%'], '--percent must be a number from 0 to 100, not 5%.'],
    [['set', 'persistence_v2', '--percent', '33.333'], '--percent takes at most two decimals, not 33.333.'],
    [['set', 'persistence_v2', '--percent', '0.0000001'], '--percent takes at most two decimals'],
    [['set', 'persistence_v2', '--on', '--text', 'x'], '--text does not belong to this.'],
    [['set', 'persistence_v2', '--on', '--if-generation', 'x'], '--if-generation must be a generation'],
    [['set', 'persistence_v2', '--on', '--by', 'x'.repeat(256)], '--by has 256 characters; 255 are allowed.'],
    [['notice'], 'After notice comes set or clear.'],
    [['notice', 'show'], 'After notice comes set or clear, not show.'],
    [['notice', 'set'], '--text is required'],
    [['notice', 'set', '--text', ' '], '--text needs a value.'],
    [['notice', 'set', '--text', 'x'.repeat(2001)], '--text has 2001 characters; 2000 are allowed.'],
    [['notice', 'set', '--text', 'x\ud800'], '--text is not valid Unicode.'],
    [['notice', 'set', '--text', 'x', '--level', 'error'], '--level cannot be error.'],
    [['notice', 'set', '--text', 'x', '--until', 'tomorrow'], '--until must be a time such as'],
    [['notice', 'set', '--text', 'x', '--until', '2025-05-15T18:00:00'], '--until must be a time such as'],
    [['notice', 'set', '--text', 'x', '--until', '2025-05-15T12:00:00Z'], 'has passed already.'],
    [['notice', 'clear', '--text', 'x'], '--text does not belong to this.'],
  ])('refuses %j in a sentence', (args, sentence) => {
    const request = () => requestOf(inputOf(FLAGS_COMMAND, args), Date.parse(NOW))
    expect(request).toThrow(expect.objectContaining({ exit_code: 2 }) as Error)
    expect(request).toThrow(sentence)
  })
})

longDescribe('the process', () => {
  test('works on a data folder, exits 1 when it is refused and 2 for a wrong command line', async () => {
    const data = await mkdtemp(join(tmpdir(), 'flags-'))
    onTestFinished(() => rm(data, { recursive: true }))
    const flags = (...args: string[]) => runCommand('flags', [...args, '--data', data])
    expect(await flags('set', 'persistence_v2', '--percent', '5')).toMatchObject({ code: 0, err: '' })
    const object = join(data, 'buckets/activation-local/config/flags.json')
    expect(JSON.parse(await readFile(object, 'utf8'))).toMatchObject({ flags: { persistence_v2: { percent: 5 } } })
    const moved = await flags('set', 'persistence_v2', '--off', '--if-generation', '1')
    expect([moved.code, moved.out, moved.err]).toEqual([1, '', expect.stringMatching(/^config\/flags\.json has .*\n$/)])
    expect((await flags('set', 'persistence_v3')).code).toBe(2)
    expect(JSON.parse(await readFile(object, 'utf8'))).toMatchObject({ flags: { persistence_v2: { enabled: true } } })
  })

  test('works on the bucket that is configured', async () => {
    const data_dir = await mkdtemp(join(tmpdir(), 'flags-'))
    onTestFinished(() => rm(data_dir, { recursive: true }))
    const gcs = await startGcs({ data_dir, buckets: ['customer'], fsync: false })
    onTestFinished(() => gcs.close())
    const environment = { GCS_BUCKET: 'customer', STORAGE_API_ENDPOINT: gcs.url }
    const { code, out } = await runCommand('flags', ['show'], environment)
    expect([code, out.split('\n')[0]]).toEqual([0, 'gs://customer'])
  })
})
