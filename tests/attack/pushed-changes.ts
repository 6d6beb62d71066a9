import { fc } from '#tests/support/seeds.ts'
import { OPERATIONS } from './contract.ts'
import { type KnownValues, valid } from './values.ts'

/** What devices push: the contract of a push calls its changes any objects, each of which is judged by itself. */

const SAVED = { audience: 'saveAudience', platform: 'savePlatform', distribution: 'saveDistribution' } as const
type Kind = keyof typeof SAVED
const KINDS = Object.keys(SAVED) as Kind[]

const ODD_IDS = ['', 'aud-ab12cd34', '../x', '\0', '__proto__', 'x'.repeat(300), 'x'.repeat(301), 7, null, {}]
const ODD_VERSIONS = [0, 1, 2, Number.MAX_SAFE_INTEGER, -1, 0.5, '1', null]
const ODD_VALUES: readonly unknown[] = [
  null,
  [],
  '',
  0,
  { unknown: 1 },
  { metadata: null },
  { constructor: 1 },
  { name: '' },
]

function idOf(kind: Kind, known: KnownValues): fc.Arbitrary<unknown> {
  const ids = known[`${kind}_id`]!
  return fc.oneof({ weight: 6, arbitrary: ids }, fc.constantFrom<unknown>(...ODD_IDS))
}

/** Fields of a record, good or odd. */
function fieldsOf(kind: Kind, known: KnownValues): fc.Arbitrary<unknown> {
  const { body } = OPERATIONS.find(({ id }) => id === SAVED[kind])!
  const good = valid(body!, known).map((value) => {
    const { credentials: _, ...rest } = value as Record<string, unknown>
    return rest
  })
  return fc.oneof({ weight: 6, arbitrary: good }, fc.constantFrom<unknown>(...ODD_VALUES))
}

function changeOf(kind: Kind, known: KnownValues): fc.Arbitrary<Record<string, unknown>> {
  const parts = {
    kind: fc.oneof({ weight: 9, arbitrary: fc.constant<string>(kind) }, fc.constantFrom('note', 'audiences', '')),
    op: fc.constantFrom('create', 'patch', 'patch', 'delete', 'restore', 'CREATE'),
    id: idOf(kind, known),
    base_version: fc.constantFrom<unknown>(...ODD_VERSIONS),
    fields: fieldsOf(kind, known),
    base: fieldsOf(kind, known),
    unset: fc.constantFrom<unknown>(undefined, undefined, { metadata: ['a', 'toString'] }, { name: [] }, []),
    surplus: fc.constantFrom({}, {}, {}, { surplus: 1 }, { value: {} }),
  }
  return fc.record(parts).map(({ op, fields, base, base_version, unset, surplus, ...head }) => {
    if (op === 'create') return { ...head, op, value: fields, ...surplus }
    const patch = op === 'patch' ? { set: fields, base, ...(unset !== undefined && { unset }) } : {}
    return { ...head, op, base_version, ...patch, ...surplus }
  })
}

interface PushBody {
  readonly acked: number
  readonly mutations: readonly Readonly<Record<string, unknown>>[]
}

const NUMBERS_MAX = 1_000_000

/**
 * Bodies of pushes whose numbers are as the words of the contract want them.
 * @param body what the schema accepts
 */
export function numberedPushes(body: fc.Arbitrary<unknown>, known: KnownValues): fc.Arbitrary<Record<string, unknown>> {
  const changes = fc.array(
    fc.constantFrom(...KINDS).chain((kind) => changeOf(kind, known)),
    { maxLength: 6 },
  )
  return fc.tuple(body, changes, fc.nat(NUMBERS_MAX)).map(([sane, meant, run]) => {
    const { mutations, ...rest } = sane as PushBody
    const acked = Math.min(rest.acked, NUMBERS_MAX)
    const numbered = [...meant, ...mutations].map((change, at) => ({
      ...change,
      seq: acked + at + 1,
      mutation_id: `${run}/${at}`,
    }))
    return { ...rest, acked, mutations: numbered.slice(0, 1000) }
  })
}
