import { beforeAll, expect, test } from 'vitest'

import { startAudiences, type AudienceJson, type Reply } from '#tests/functions/audiences/harness.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { checkHistory } from './checker.ts'
import { Fleet, runLoad, type Operation } from './load.ts'
import { storedAudiences, type StoredAudience } from './stored.ts'

/** A check that finds nothing proves nothing unless it finds what is planted. */

interface Past {
  operations: Operation[]
  stored: Map<string, StoredAudience>
}
let past: Past

beforeAll(async () => {
  const running = await startAudiences()
  const operations = await runLoad({ fleet: new Fleet(running), random: seededRandom(3), operations: 120, clients: 6 })
  const stored = await storedAudiences(running.bucket_dir.replace(/\/buckets\/.*/, ''), 'activation-test')
  await running.close()
  past = { operations, stored }
})

/** The history again, for a test to tamper with. Answers are replaced, never changed. */
function copied(): Past {
  return {
    operations: past.operations.map((operation) => ({ ...operation, replies: [...operation.replies] })),
    stored: new Map(past.stored),
  }
}

const acknowledged = ({ operations }: Past, kind: Operation['kind']) =>
  operations.filter((operation) => operation.kind === kind && operation.result === 'acknowledged')

/** The operation, answered otherwise. */
function answer(operation: Operation, change: { status?: number; audience?: Partial<AudienceJson> } & object): void {
  const reply = operation.replies.at(-1)!
  const { status = reply.status, audience } = change
  const body = { ...reply.body, status, ...(audience && { audience: { ...reply.body.audience, ...audience } }) }
  operation.replies = [{ ...reply, status, body }]
}

const problem = (status: number, members: object = {}, headers: Record<string, string> = {}): Reply => {
  const text = { type: '/problems/x', title: 't', status, detail: 'd', instance: 'i', success: false, error: 'd' }
  const body: unknown = { ...text, ...members }
  return {
    status,
    headers: new Headers({ 'content-type': 'application/problem+json', ...headers }),
    body: body as Reply['body'],
    text: '',
  }
}

test('a history without a fault passes', () => {
  expect(acknowledged(past, 'delete').length).toBeGreaterThan(0)
  expect(() => checkHistory(past.operations, past.stored)).not.toThrow()
})

test.each<[what: string, plant: (past: Past) => void, found: RegExp]>([
  [
    'a save that is gone',
    (planted) => planted.stored.delete(acknowledged(planted, 'create')[0]!.audience_id!),
    /was acknowledged, and is gone/,
  ],
  [
    'a save made twice',
    ({ stored }) =>
      stored.set(
        'aud_twin',
        [...stored.values()].find(({ deleted }) => !deleted)!,
      ),
    /was carried out 2 times/,
  ],
  [
    'a change that nobody counted',
    ({ stored }) => {
      const [[id, audience] = []] = stored
      stored.set(id!, { ...audience!, version: audience!.version + 1 })
    },
    /has version \d+ after \d+ changes/,
  ],
  [
    'a record of one user at another',
    ({ stored }) => {
      const [[id, audience] = []] = stored
      stored.set(id!, { ...audience!, user_id: 'somebody' })
    },
    /reached another user/,
  ],
  [
    'a refused change that was made',
    (planted) => Object.assign(acknowledged(planted, 'patch')[0]!, { replies: [problem(404)], result: 'refused' }),
    /was refused, and is there/,
  ],
  [
    'a delete undone',
    (planted) => {
      const { audience_id } = acknowledged(planted, 'delete')[0]!
      const { version, ...audience } = planted.stored.get(audience_id!)!
      planted.stored.set(audience_id!, { ...audience, version: version - 1, deleted: false })
    },
    /was deleted, and is back/,
  ],
  [
    'a record that a get did not find',
    (planted) => {
      const deleted = new Set(acknowledged(planted, 'delete').map(({ audience_id }) => audience_id))
      const get = acknowledged(planted, 'get').find(({ audience_id }) => !deleted.has(audience_id))!
      Object.assign(get, { replies: [problem(404)], result: 'refused' })
    },
    /did not find/,
  ],
  [
    'a reader that went backwards',
    (planted) => answer(acknowledged(planted, 'get').at(-1)!, { audience: { version: 0 } }),
    /saw .* at version 0/,
  ],
  [
    'a list without a record',
    (planted) => {
      const list = acknowledged(planted, 'list').at(-1)!
      const reply = list.replies.at(-1)!
      list.replies = [{ ...reply, body: { ...reply.body, audiences: [] } }]
    },
    /missed/,
  ],
  [
    'two changes of one version',
    (planted) => {
      const [one, other] = acknowledged(planted, 'patch').filter(({ if_match }) => if_match === undefined)
      answer(other!, { audience: one!.replies.at(-1)!.body.audience })
    },
    /both made version/,
  ],
  [
    'a 412 although the version was right',
    (planted) => {
      const patch = acknowledged(planted, 'patch').find(({ if_match }) => if_match !== undefined)!
      const [id, audience] = [...planted.stored].find(([, { marks }]) => marks.includes(patch.mark))!
      const marks = audience.marks.filter((mark) => mark !== patch.mark)
      planted.stored.set(id, { ...audience, marks, version: audience.version - 1 })
      const members = { audience: { version: patch.if_match } }
      Object.assign(patch, { replies: [problem(412, members)], result: 'refused' })
    },
    /was refused at version \d+, which it asked for/,
  ],
  ['a 500', (planted) => (planted.operations[0]!.replies = [problem(500)]), /was answered 500/],
  [
    'a 503 without Retry-After',
    (planted) => planted.operations[0]!.replies.unshift(problem(503)),
    /without Retry-After/,
  ],
  [
    'an unknown outcome without the id',
    (planted) => planted.operations[0]!.replies.unshift(problem(503, { outcome: 'unknown' }, { 'retry-after': '1' })),
    /without the id to repeat it with/,
  ],
])('%s is found', (_what, plant, found) => {
  const planted = copied()
  plant(planted)
  expect(() => checkHistory(planted.operations, planted.stored)).toThrow(found)
})
