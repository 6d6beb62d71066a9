import { systemClock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { Call, Client, Reply } from '#tests/functions/audiences/harness.ts'
import { oneOf } from '#tests/simulation/seeded-random.ts'

/**
 * Clients that save, change, delete and read, and write down their answers. Every change leaves a mark of its own
 * in the record's metadata, so that afterwards the record itself says which changes it went through.
 */
export type Kind = 'create' | 'patch' | 'delete' | 'get' | 'list'

export interface Operation {
  readonly kind: Kind
  readonly user_id: string
  /** What a change leaves in its record. */
  readonly mark: string
  readonly if_match: number | undefined
  /** The record it is about; of a creation, the one that the answer named. */
  audience_id: string | undefined
  /** Places in one order of everything that clients did and learnt. */
  began: number
  ended: number
  /** Every answer, those to repetitions with the same key too; `undefined` where the connection broke. */
  replies: (Reply | undefined)[]
  /** `unmade` was not carried out, `refused` was refused as the record stood, `unknown` may have happened. */
  result: 'acknowledged' | 'refused' | 'unmade' | 'unknown'
}

/** Whose records they are. */
export const USER_IDS = ['demo_user', 'other_user']

/** Anything that answers requests: an instance of a function, or the local runtime. */
export interface Endpoint {
  as(user_id: string): Client
}

/** The endpoints that requests may go to, as a load balancer knows them. */
export class Fleet {
  readonly #endpoints: Endpoint[]
  #waiting: (() => void)[] = []

  constructor(...endpoints: readonly Endpoint[]) {
    this.#endpoints = [...endpoints]
  }

  add(endpoint: Endpoint): void {
    this.#endpoints.push(endpoint)
    for (const go of this.#waiting.splice(0)) go()
  }

  remove(endpoint: Endpoint): void {
    const at = this.#endpoints.indexOf(endpoint)
    if (at >= 0) this.#endpoints.splice(at, 1)
  }

  /** One of them, in turn; waits while there is none. */
  async pick(turn: number): Promise<Endpoint> {
    while (this.#endpoints.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.#endpoints[turn % this.#endpoints.length]!
  }
}

export interface LoadOptions {
  readonly fleet: Fleet
  readonly random: Random
  /** At least so many. */
  readonly operations: number
  /** And on until this holds. */
  readonly until?: () => boolean
  readonly clients: number
  /** Creations have an Idempotency-Key and are repeated; default true. */
  readonly keyed?: boolean
  /** After an answer that nothing was done: waits as long as Retry-After says and repeats the request. */
  readonly patient?: boolean
  /** Called with every answer: starts what happens meanwhile. */
  readonly onAnswer?: (answered: number, status: number | undefined) => void
}

/** Runs the load and returns all of it, in the order it began. */
export async function runLoad(options: LoadOptions): Promise<Operation[]> {
  const load = new Load(options)
  await Promise.all(Array.from({ length: options.clients }, (_, client) => load.work(client)))
  return load.operations
}

const PATH = '/api/audiences'
const REPETITIONS_MAX = 3
const KINDS: readonly Kind[] = [
  ...Array<Kind>(8).fill('create'),
  ...Array<Kind>(7).fill('patch'),
  'delete',
  ...Array<Kind>(2).fill('get'),
  ...Array<Kind>(2).fill('list'),
]

let marks = 0
/** Counts on over all loads of a test, so that one after another is seen to come after it. */
let order = 0

class Load {
  readonly operations: Operation[] = []
  readonly #options: LoadOptions
  /** Of each user, the records that were acknowledged, with the last version in any answer. */
  readonly #known = new Map<string, Map<string, number>>()
  #answered = 0

  constructor(options: LoadOptions) {
    this.#options = options
    for (const user_id of USER_IDS) this.#known.set(user_id, new Map())
  }

  async work(client: number): Promise<void> {
    const { random, operations, until = () => true } = this.#options
    const user_id = USER_IDS[client % USER_IDS.length]!
    for (let turn = client; this.operations.length < operations || !until(); turn++) {
      const operation = this.#choose(user_id, random)
      this.operations.push(operation)
      await this.#carryOut(operation, turn)
    }
  }

  #choose(user_id: string, random: Random): Operation {
    const known = [...this.#known.get(user_id)!]
    const wanted = oneOf(random, KINDS)
    const kind = known.length === 0 && wanted !== 'list' ? 'create' : wanted
    const [audience_id, version] = kind === 'create' || kind === 'list' ? [] : oneOf(random, known)
    const conditional = kind === 'patch' && random.uniform() < 0.5
    return {
      kind,
      user_id,
      mark: `m${marks++}`,
      if_match: conditional ? version : undefined,
      audience_id,
      began: order++,
      ended: Infinity,
      replies: [],
      result: 'unknown',
    }
  }

  async #carryOut(operation: Operation, turn: number): Promise<void> {
    const { fleet, keyed = true, patient = false, onAnswer } = this.#options
    const repeats = patient || (operation.kind === 'create' && keyed) ? REPETITIONS_MAX : 0
    for (let attempt = 0; attempt <= repeats; attempt++) {
      const endpoint = await fleet.pick(turn + attempt)
      const reply = await send(endpoint.as(operation.user_id).call, operation, keyed)
      operation.replies.push(reply)
      onAnswer?.(++this.#answered, reply?.status)
      if (reply && reply.status !== 503 && reply.status !== 429) break
      if (patient && (!reply || reply.body['outcome'] === 'unknown')) break
      if (patient) await systemClock.sleep(Number(reply?.headers.get('retry-after')) * 1000)
    }
    operation.ended = order++
    operation.result = resultOf(operation.replies)
    this.#learn(operation)
  }

  #learn({ kind, user_id, replies, result }: Operation): void {
    const audience = replies.at(-1)?.body.audience
    if (result !== 'acknowledged' || audience === undefined || kind === 'list') return
    const known = this.#known.get(user_id)!
    known.set(audience.audience_id, Math.max(known.get(audience.audience_id) ?? 0, audience.version))
  }
}

/** The answer, or `undefined` when the connection broke. */
async function send(call: Call, operation: Operation, keyed: boolean): Promise<Reply | undefined> {
  try {
    const reply = await request(call, operation, keyed)
    if (operation.kind === 'create' && reply.status < 300) operation.audience_id = reply.body.audience_id
    return reply
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function request(call: Call, { kind, mark, audience_id, if_match }: Operation, keyed: boolean): Promise<Reply> {
  const path = `${PATH}/${audience_id}`
  const metadata = { [mark]: 1 }
  switch (kind) {
    case 'create':
      return call('POST', PATH, { name: mark, metadata }, keyed ? { 'idempotency-key': mark } : {})
    case 'patch':
      return call('PATCH', path, { metadata }, if_match === undefined ? {} : { 'if-match': `"${if_match}"` })
    case 'delete':
      return call('DELETE', path)
    case 'get':
      return call('GET', path)
    case 'list':
      return call('GET', `${PATH}?status=all&limit=200`)
  }
}

function resultOf(replies: readonly (Reply | undefined)[]): Operation['result'] {
  const last = replies.at(-1)
  if (last && last.status < 300) return 'acknowledged'
  const is_unknown = replies.some((reply) => reply === undefined || reply.body['outcome'] === 'unknown')
  if (is_unknown) return 'unknown'
  return last!.status === 503 || last!.status === 429 ? 'unmade' : 'refused'
}
