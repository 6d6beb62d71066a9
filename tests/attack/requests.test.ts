import { longTest } from '#tests/support/effort.ts'
import { fc, REPEAT, runs } from '#tests/support/seeds.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { OPERATIONS, type Operation } from './contract.ts'
import { badRequest, type GeneratedRequest, sentOf, validRequest } from './request-generators.ts'
import { absentId, knownValues, Records } from './records.ts'
import type { KnownValues } from './values.ts'
import { type AttackedSystem, jsonBytes, type Received, startAttacked } from './harness.ts'
import { answerFaults } from './answer-check.ts'

const USER = 'attacker'

/** How often each operation answered with each status. */
const seen = new Map<string, Map<number, number>>()
let system: AttackedSystem
/** What valid requests name, and bad ones: those change nothing, so all operations can share it. */
let named: Known
let named_in_bad: Known

beforeAll(async () => {
  system = await startAttacked()
  named = await makeKnown({ with_absent: true })
  named_in_bad = await makeKnown({ with_absent: false })
})
afterAll(() => system.close())

interface Known {
  readonly records: Records
  readonly values: KnownValues
}

async function makeKnown(options: { with_absent: boolean }): Promise<Known> {
  const records = new Records(system, USER)
  return { records, values: await knownValues(records, USER, options) }
}

async function authorizationOf({ access }: Operation, given: string | undefined): Promise<string | undefined> {
  const as = given ?? access
  if (as === 'none' || as === 'public') return undefined
  if (as === 'operator') return `Bearer ${await system.operatorToken()}`
  return as === 'user' || as === 'optional' ? `Bearer ${await system.tokenOf(USER)}` : as
}

async function ask(operation: Operation, request: GeneratedRequest, id: string): Promise<Received> {
  const authorization = await authorizationOf(operation, request.authorization)
  const answer = await system.send(sentOf(operation, request, id, authorization))
  const counts = seen.get(operation.id) ?? new Map<number, number>()
  seen.set(operation.id, counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1))
  return answer
}

const errorsOf = ({ json }: Received) => (json?.['errors'] ?? []) as readonly { path: string; message: string }[]

/** What is wrong with an answer, with the answer; nothing when it is as the contract says and one of those expected. */
function faultsOf(operation: Operation, answer: Received, expected: readonly number[]): string[] {
  const faults = answerFaults(operation, answer)
  if (!expected.includes(answer.status)) faults.push(`wanted ${expected.join(' or ')}`)
  return faults.length === 0 ? [] : [...faults, `${answer.status} ${answer.bytes.toString().slice(0, 500)}`]
}

/** Where a page of a record's past ended, or of tags: another cursor than that of records. */
function cursorOf({ path }: Operation): KnownValues {
  const content = path.endsWith('/versions') ? 'v2' : path === '/api/tags' ? '["spring"]' : undefined
  return content === undefined ? {} : { cursor: fc.constant(Buffer.from(content).toString('base64url')) }
}

/** What only the stored record, or the time of the request, can decide: a schema cannot tell. */
const JUDGED_BY_STATE: Readonly<Record<string, readonly string[]>> = {
  // A cursor belongs to its sort.
  listAudiences: ['cursor'],
  // Of an id that is not there yet everything is needed; of one that is there some cannot be changed.
  saveAudience: ['name'],
  savePlatform: ['name', 'platform_type'],
  patchPlatform: ['platform_type'],
  saveDistribution: ['audience_id', 'platform_id', 'distribution_type', 'segments_distributed', 'scheduled_at'],
  // Results and errors belong to a status, times must not be ahead.
  setDistributionStatus: [
    'match_results',
    'match_results.matched_records',
    'match_results.as_of',
    'error_message',
    'error_details',
    'metadata.completed_at',
  ],
}

/** What may take away records that other requests are about comes last. */
function reach({ id }: Operation): number {
  return id === 'undo' ? 2 : Number(id.startsWith('batch'))
}

describe.each(OPERATIONS.toSorted((one, other) => reach(one) - reach(other)))(
  `$method $path (${REPEAT})`,
  (operation) => {
    test('succeeds when asked plainly', async () => {
      const records = new Records(system, USER)
      const body = await records.goodBodyFor(operation)
      const sent = body === undefined ? {} : { body: jsonBytes(body), headers: { 'content-type': 'application/json' } }
      const request: GeneratedRequest = { method: operation.method, query: '', headers: {}, body: undefined, ...sent }
      const answer = await ask(operation, request, await records.subjectOf(operation))
      expect(faultsOf(operation, answer, [200, 201, 204])).toEqual([])
    })

    longTest('accepts what the contract accepts, and answers as the contract says', async () => {
      // A push may delete what it names.
      const { records, values } = operation.id === 'push' ? await makeKnown({ with_absent: true }) : named
      const known = { ...values, ...cursorOf(operation) }
      await fc.assert(
        fc.asyncProperty(validRequest(operation, known), fc.nat(5), async (request, chance) => {
          const id = chance === 0 ? absentId('audience') : await records.subjectOf(operation)
          const may_be_guest = operation.access === 'optional' && request.query.includes('client_id=')
          const as_guest = may_be_guest && chance % 2 === 0 ? { authorization: 'none' } : {}
          const answer = await ask(operation, { ...request, ...as_guest }, id)
          const by_state = JUDGED_BY_STATE[operation.id] ?? []
          const is_state = errorsOf(answer).length > 0 && errorsOf(answer).every(({ path }) => by_state.includes(path))
          const allowed = [200, 201, 204, 304, 403, 404, 409, 412, 422, ...(is_state ? [400] : [])]
          expect(faultsOf(operation, answer, allowed)).toEqual([])
        }),
        runs(1, 80),
      )
    })

    test('refuses what the contract refuses, and names the field', async () => {
      const { records, values } = named_in_bad
      const known = { ...values, ...cursorOf(operation) }
      await fc.assert(
        fc.asyncProperty(badRequest(operation, known), async ({ request, status, namesIt }) => {
          const answer = await ask(operation, request, await records.bystanderOf(operation))
          const faults = faultsOf(operation, answer, status)
          if (namesIt?.(errorsOf(answer)) === false) faults.push(`not named: ${JSON.stringify(answer.json)}`)
          expect(faults).toEqual([])
        }),
        runs(1, 225),
      )
    })
  },
)

test('every operation of the contract was asked with success and without', () => {
  for (const { id } of OPERATIONS) {
    const statuses = [...(seen.get(id)?.keys() ?? [])]
    expect([id, statuses.some((status) => status < 300)]).toEqual([id, true])
    expect([id, statuses.some((status) => status >= 400 && status < 500)]).toEqual([id, true])
  }
})
