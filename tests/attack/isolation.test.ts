import { fc, REPEAT, runs } from '#tests/support/seeds.ts'
import { someOf } from '#tests/support/effort.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { anyStep, filledWith, type Kind, KINDS, type Step, User } from './isolation.ts'
import { type AttackedSystem, type Received, startAttacked } from './harness.ts'

/** Where two users are, and where one of them is alone. */
let shared: AttackedSystem
let alone: AttackedSystem
let round = 0

beforeAll(async () => {
  ;[shared, alone] = await Promise.all([startAttacked(), startAttacked()])
})
afterAll(async () => {
  await Promise.all([shared.close(), alone.close()])
})

/** Two ids that somebody could take for one. */
const PAIRS: Readonly<Record<string, (name: string) => readonly [string, string]>> = {
  'one a part of the other': (name) => [name, `${name}x`],
  'two cases': (name) => [name, name.toUpperCase()],
  'composed and decomposed': (name) => [`${name}\u00e9`, `${name}e\u0301`],
  'a space behind': (name) => [name, `${name} `],
  'a dot behind': (name) => [name, `${name}.`],
  'a slash, plain and encoded': (name) => [`${name}/b`, `${name}%2Fb`],
  'a way up, plain and encoded': (name) => [`../${name}`, `..%2f${name}`],
  'the name of a folder': (name) => [name, `user_id=${name}`],
  'a folder inside': (name) => [`${name}/year=2026`, name],
  'a wildcard': (name) => [`${name}*`, `${name}a`],
  'a letter without width': (name) => [`${name}\u200b`, name],
  'a letter of full width': (name) => [name, name.replace('u', '\uff55')],
  '255 bytes and one less': (name) => [name.padEnd(255, 'x'), name.padEnd(254, 'x')],
  'a way up and down again': (name) => [`${name}/../${name}b`, `${name}b`],
  'a percent sign, plain and encoded': (name) => [`${name}%`, `${name}%25`],
}

/** Those that `npm test` tries; CI tries all. */
const FEW_PAIRS = ['two cases', 'a slash, plain and encoded']

/** Two users of the shared system, and the first one's twin who is alone. */
function twoUsers(pair: string): { ann: User; bob: User; twin: User } {
  const [first, second] = PAIRS[pair]!(`user${++round}`)
  return { ann: new User(shared, first), bob: new User(shared, second), twin: new User(alone, first) }
}

/** The store operations that requests took, in their order, by their own lines in the log. */
function costOf(answer: Received): unknown {
  const line = shared.lineOf(String(answer.headers['x-request-id']))
  return (JSON.parse(line) as { store: unknown }).store
}

describe.each(someOf(Object.keys(PAIRS), (pair) => FEW_PAIRS.includes(pair)))(
  `two users whose ids differ by %s (${REPEAT})`,
  (pair) => {
    test('do to each other nothing: each answer is byte for byte what it would be if the other did not exist', async () => {
      const acts = fc.array(fc.record({ ann: anyStep, bob: anyStep }), { minLength: 8, maxLength: 20 })
      await fc.assert(
        fc.asyncProperty(acts, async (all) => {
          const { ann, bob, twin } = twoUsers(pair)
          for (const act of all) {
            const [answered] = await Promise.all([ann.do(act.ann), bob.do(act.bob)])
            expect(answered).toBe(await twin.do(act.ann))
          }
        }),
        runs(1, 4),
      )
    })

    test('cannot tell what is the other’s from what is not there: neither by the answer nor by what it costs', async () => {
      const acts = fc.array(
        anyStep.filter(({ target, body }) => /\{\w+\}/.test(target + JSON.stringify(body ?? ''))),
        { minLength: 5, maxLength: 12 },
      )
      await fc.assert(
        fc.asyncProperty(acts, async (all) => {
          const { ann, bob } = twoUsers(pair)
          await Promise.all([settle(ann), settle(bob)])
          const before = await recordsOf(ann)
          for (const step of all) {
            // The first request also reads what the instance did not have yet.
            await bob.send(toNobody(step, ann))
            const foreign = await bob.send(toOther(step, ann))
            const absent = await bob.send(toNobody(step, ann))
            expect(anonymous(foreign)).toBe(anonymous(absent))
            expect([step, costOf(foreign)]).toEqual([step, costOf(absent)])
          }
          expect(await recordsOf(ann)).toEqual(before)
        }),
        runs(1, 4),
      )
    })
  },
)

describe('a user', () => {
  test('is forbidden another’s name wherever old clients say it, whether there is such a user or not', async () => {
    const { ann, bob } = twoUsers('one a part of the other')
    await settle(ann)
    const asked = async (user_id: string) => {
      const named = encodeURIComponent(user_id)
      const answers = [
        await bob.send({ method: 'GET', target: `/api/audiences?user_id=${named}`, index: 0 }),
        await bob.send({ method: 'POST', target: '/api/audiences', body: { name: 'x', user_id }, index: 0 }),
        await bob.send({ method: 'GET', target: `/api/users/${named}/summary`, index: 0 }),
      ]
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403])
      return answers.map((answer) => [anonymous(answer), costOf(answer)])
    }
    expect(await asked(`user${round}`)).toEqual(await asked('nobody at all'))
  })
})

/** Some of everything. */
async function settle(user: User): Promise<void> {
  const make = (target: string, body: unknown) => user.do({ method: 'POST', target, body, index: 0 })
  await make('/api/audiences', { name: 'secret of ann', metadata: { tags: ['t'] } })
  await make('/api/audiences', { name: 'another' })
  await make('/api/platforms', { platform_type: 'tiktok', name: 'Seat' })
  await make('/api/distributions', { audience_id: '{audience}', platform_id: '{platform}' })
  await user.do({ method: 'GET', target: '/api/audiences?limit=1', index: 0 })
  await make('/api/sync/pull', { client_id: 'cli_01h455vb4pex5vsknk084sn02q', cursor: null })
  expect(KINDS.map((kind) => user.ids[kind].length)).toEqual([2, 1, 1])
}

async function recordsOf(user: User): Promise<unknown> {
  const targets = [
    '/api/audiences?status=all&view=full',
    '/api/platforms',
    '/api/distributions',
    '/api/users/me/summary',
  ]
  const answers = await Promise.all(targets.map((target) => user.send({ method: 'GET', target, index: 0 })))
  return answers.map(({ json }) => json)
}

const toOther = (step: Step, other: User) => {
  return filledWith(step, (kind) => other.ids[kind][step.index % other.ids[kind].length]!, other)
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
let made_up = 0

/** The same about ids that nobody has, of the same moments. */
function toNobody(step: Step, other: User): Step {
  const made = new Map<Kind, string>()
  const idOf = (kind: Kind) => {
    const id = other.ids[kind][step.index % other.ids[kind].length]!
    const tail = [2, 1, 0].map((place) => ALPHABET[Math.floor(made_up / 32 ** place) % 32]).join('')
    if (!made.has(kind)) made_up += 1
    return made.get(kind) ?? made.set(kind, `${id.slice(0, -3)}${tail}`).get(kind)!
  }
  const [time_ms, id] = JSON.parse(Buffer.from(other.cursor, 'base64url').toString()) as [number, string]
  const cursor = Buffer.from(JSON.stringify([time_ms, `${id.slice(0, -1)}7`])).toString('base64url')
  return filledWith(step, idOf, { cursor, sync_cursor: withOtherMarks(other.sync_cursor) })
}

/** A pull's cursor over the same months, of objects that nobody has. */
function withOtherMarks(sync_cursor: string): string {
  const [version, entries] = JSON.parse(Buffer.from(sync_cursor, 'base64url').toString()) as [number, unknown[][]]
  const other = (mark: unknown) => '0'.repeat(String(mark).length)
  const others = entries.map(([name, month, epoch, rev, generation, ...open]) => {
    return [name, month, other(epoch), rev, other(generation), ...open]
  })
  return Buffer.from(JSON.stringify([version, others])).toString('base64url')
}

/** An answer with one name for every id, so that two answers about different ones can be compared. */
function anonymous(answer: Received): string {
  const shown = new User(shared, 'whoever').shown(answer)
  return shown.replaceAll(/(aud|plat|dist)#\d+/g, '$1')
}
