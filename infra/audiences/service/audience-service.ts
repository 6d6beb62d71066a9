import { OperatorError } from '#infra/command/operator-error.ts'
import { fullJitterMs } from '#shared/base/backoff.ts'
import type { Clock } from '#shared/base/clock.ts'
import type { Random } from '#shared/base/random.ts'
import type { Api } from '#shared/client/api/api.ts'
import type { ApiProblem } from '#shared/client/api/problems.ts'
import { AUDIENCES, audienceFields } from '#shared/records/audience.ts'
import { withDefaults } from '#shared/records/decisions.ts'
import type { AudienceContent } from '../folder/audience-text.ts'

/** An audience as the service has it. */
export interface ServedAudience {
  readonly audience_id: string
  readonly version: number
  readonly content: AudienceContent
}

/** A change that somebody made. */
export interface MadeChange {
  readonly version: number
  readonly at: string
  /** `null`: no user asked for it. */
  readonly by: string | null
  readonly via: string
  readonly changed: readonly string[]
}

export type SaveOutcome =
  | { readonly kind: 'saved'; readonly version: number }
  /** The record is not of the version that was given; `now` is undefined where there is none. */
  | { readonly kind: 'stale'; readonly now: ServedAudience | undefined }
  | { readonly kind: 'refused'; readonly detail: string }

/** Nothing further can be done with this service: the token has expired, or nobody answers. */
export class ServiceStopped extends OperatorError {
  override readonly name = 'ServiceStopped'
}

interface ServiceTools {
  readonly api: Api
  readonly clock: Clock
  readonly random: Random
  /** Of Ctrl+C: no further request is made after it. */
  readonly signal: AbortSignal
}

const PAGE_ROWS = 200
const FIELD_NAMES = Object.keys(audienceFields.shape)
const ATTEMPTS_MAX = 8
const BACKOFF = { base_ms: 1000, cap_ms: 30_000 }
/** A service that asks for more is not there for this run. */
const RETRY_AFTER_MS_MAX = 120_000

/** The audiences of one user. Every method throws ServiceStopped where going on makes no sense. */
export class AudienceService {
  readonly #tools: ServiceTools

  constructor(tools: ServiceTools) {
    this.#tools = tools
  }

  /** All of them, archived ones too, in pages. */
  async *pages(): AsyncGenerator<readonly ServedAudience[]> {
    let cursor: string | undefined
    do {
      const query = { status: 'all' as const, view: 'full' as const, limit: PAGE_ROWS, cursor }
      const page = await this.#tools.api.audiences.listAudiences({ query, signal: this.#tools.signal })
      if (!page.ok) throw stopped(page.problem)
      yield page.body.audiences.map(servedAudience)
      cursor = page.body.next_cursor ?? undefined
    } while (cursor !== undefined)
  }

  async one(audience_id: string): Promise<ServedAudience | undefined> {
    const { api, signal } = this.#tools
    const read = await api.audiences.getAudience({ params: { audience_id }, signal })
    if (read.ok) return servedAudience(read.body.audience)
    if (read.problem.kind === 'not-found') return undefined
    throw stopped(read.problem)
  }

  /** What users had set at a version, as far as it was kept. */
  async past(audience_id: string, version: number): Promise<Partial<AudienceContent> | undefined> {
    const { api, signal } = this.#tools
    const read = await api.audiences.getAudienceVersion({ params: { audience_id, version }, signal })
    if (!read.ok) {
      if (read.problem.kind === 'not-found') return undefined
      throw stopped(read.problem)
    }
    const kept = Object.entries(read.body.audience).filter(([name]) => FIELD_NAMES.includes(name))
    return Object.fromEntries(kept)
  }

  /** Changes after a version, newest first, at most ten. */
  async changesSince(audience_id: string, version: number): Promise<readonly MadeChange[]> {
    const { api, signal } = this.#tools
    const read = await api.audiences.listAudienceVersions({ params: { audience_id }, query: { limit: 10 }, signal })
    if (!read.ok) {
      if (read.problem.kind === 'not-found') return []
      throw stopped(read.problem)
    }
    return read.body.versions.filter((change) => change.version > version)
  }

  /**
   * Sets fields of an audience that is still of this version, or makes one that is not there yet. Whether a change has
   * arrived of which no answer came is asked of the record itself, so a repetition makes nothing twice.
   * @param version `undefined`: it must not be there yet
   * @param isWanted whether a record is already what is asked for
   */
  async save(
    audience_id: string,
    version: number | undefined,
    fields: Partial<AudienceContent>,
    isWanted: (now: ServedAudience) => boolean,
  ): Promise<SaveOutcome> {
    const { api, clock, random, signal } = this.#tools
    const condition = version === undefined ? { if_none_match: '*' as const } : { if_match: version }
    for (let count = 1; ; count++) {
      if (signal.aborted) throw new ServiceStopped('Stopped.')
      // An answer that is waited for when Ctrl+C comes is still waited for.
      const result = await api.audiences.saveAudience({
        body: { audience_id, ...fields },
        ...condition,
        attempts_max: 1,
      })
      if (result.ok) return { kind: 'saved', version: result.body.audience.version }
      const { problem } = result
      if (problem.kind === 'stale-version') {
        const now = await this.one(audience_id)
        return now && isWanted(now) ? { kind: 'saved', version: now.version } : { kind: 'stale', now }
      }
      if (!isTransient(problem)) {
        if (problem.kind === 'unauthenticated' || problem.kind === 'forbidden') throw stopped(problem)
        return { kind: 'refused', detail: detailOf(problem) }
      }
      const { retry_after_ms = 0 } = problem
      if (count === ATTEMPTS_MAX || retry_after_ms > RETRY_AFTER_MS_MAX) throw stopped(problem)
      await clock.sleep(retry_after_ms + fullJitterMs(count, BACKOFF, random), signal)
      const now = problem.is_outcome_unknown ? await this.one(audience_id) : undefined
      if (now && isWanted(now)) return { kind: 'saved', version: now.version }
    }
  }
}

function servedAudience(record: object): ServedAudience {
  const { audience_id, version, ...rest } = record as { audience_id: string; version: number }
  return { audience_id, version, content: withDefaults(AUDIENCES, pickFields(rest), FIELD_NAMES) as AudienceContent }
}

function pickFields(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => FIELD_NAMES.includes(name)))
}

function isTransient({ kind, status, is_outcome_unknown }: ApiProblem): boolean {
  if (kind === 'offline' || kind === 'timeout' || is_outcome_unknown) return true
  return status === 429 || [502, 503, 504].includes(status ?? 0)
}

function stopped(problem: ApiProblem): ServiceStopped {
  if (problem.kind === 'aborted') return new ServiceStopped('Stopped.')
  if (problem.kind === 'unauthenticated') {
    return new ServiceStopped(`The token is not accepted: ${problem.detail} Get another one and start again.`)
  }
  return new ServiceStopped(`The service cannot go on: ${detailOf(problem)}`)
}

function detailOf({ detail, errors, status }: ApiProblem): string {
  const fields = errors.map(({ path, message }) => `${path} ${message}`)
  const text = fields.length === 0 ? detail : `${fields.join('; ')}.`
  return status === null ? text : `${text} (${status})`
}
