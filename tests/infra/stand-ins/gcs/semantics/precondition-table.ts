/**
 * Precondition × object × value → what becomes of the request.
 * Sources: https://cloud.google.com/storage/docs/request-preconditions (412 and 304, for whatever method) and the
 * parameters in the reference of each method (the value 0; no live object).
 */
export const CONDITIONS = [
  'ifGenerationMatch',
  'ifGenerationNotMatch',
  'ifMetagenerationMatch',
  'ifMetagenerationNotMatch',
] as const
export type Condition = (typeof CONDITIONS)[number]

/** `absent`: there was an object, and it was deleted. */
export type State = 'live' | 'absent'

/** `same` is the number that the object has, or had; `other` is one that no object has. */
export type Value = 'same' | 'other' | 'zero' | 'ill-formed' | 'empty'

export type Outcome = 'done' | 304 | 400 | 404 | 412

/** `silent`: of methods that make the object the documentation does not say, and the comment says what we rely on. */
export interface PreconditionCase {
  condition: Condition
  state: State
  value: Value
  /** Of a method that makes the object. */
  making: Outcome
  /** Of one that needs it. */
  needing: Outcome
  silent?: true
}

type Row = [State, Value, making: Outcome, needing: Outcome, 'silent'?]

const OF_GENERATION_MATCH: Row[] = [
  ['live', 'same', 'done', 'done'],
  ['live', 'other', 412, 412],
  ['live', 'zero', 412, 412],
  ['absent', 'same', 412, 404],
  ['absent', 'other', 412, 404],
  ['absent', 'zero', 'done', 404],
]

const OF_GENERATION_NOT_MATCH: Row[] = [
  ['live', 'same', 304, 304],
  ['live', 'other', 'done', 'done'],
  ['live', 'zero', 'done', 'done'],
  // "If no live object exists, the precondition fails."
  ['absent', 'same', 304, 404],
  ['absent', 'other', 304, 404],
  ['absent', 'zero', 304, 404],
]

// Which metageneration no object has: we rely on Google's own test server, which takes it for 0.
const OF_METAGENERATION_MATCH: Row[] = [
  ['live', 'same', 'done', 'done'],
  ['live', 'other', 412, 412],
  ['live', 'zero', 412, 412],
  ['absent', 'same', 412, 404],
  ['absent', 'other', 412, 404],
  ['absent', 'zero', 'done', 404, 'silent'],
]

const OF_METAGENERATION_NOT_MATCH: Row[] = [
  ['live', 'same', 304, 304],
  ['live', 'other', 'done', 'done'],
  ['live', 'zero', 'done', 'done'],
  ['absent', 'same', 'done', 404, 'silent'],
  ['absent', 'other', 'done', 404, 'silent'],
  ['absent', 'zero', 304, 404, 'silent'],
]

// An empty number: we rely on nothing but caution. A precondition that is dropped would let a write through.
const OF_ANY: Row[] = [
  ['live', 'ill-formed', 400, 400],
  ['absent', 'ill-formed', 400, 400],
  ['live', 'empty', 400, 400, 'silent'],
]

const ROWS: Readonly<Record<Condition, Row[]>> = {
  ifGenerationMatch: OF_GENERATION_MATCH,
  ifGenerationNotMatch: OF_GENERATION_NOT_MATCH,
  ifMetagenerationMatch: OF_METAGENERATION_MATCH,
  ifMetagenerationNotMatch: OF_METAGENERATION_NOT_MATCH,
}

export const PRECONDITION_CASES: readonly PreconditionCase[] = CONDITIONS.flatMap((condition) =>
  [...ROWS[condition], ...OF_ANY].map(([state, value, making, needing, silent]) => ({
    condition,
    state,
    value,
    making,
    needing,
    ...(silent && { silent: true as const }),
  })),
)
