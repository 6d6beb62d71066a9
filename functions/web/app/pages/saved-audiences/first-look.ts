import { keepFirstLook, readFirstLook } from '#shared/client/first-look.ts'
import type { ActivationClient } from '#shared/client/client.ts'
import type { Identity, JsonRecord } from '#shared/client/store/entries.ts'
import { handOversOf, type HandOvers } from '../../audiences/hand-overs.ts'
import { Cell } from '../../base/cell.ts'
import { ports } from '../../base/ports.ts'
import { parseSearch } from '../../base/search.ts'
import { listOf } from '../../store/records.ts'
import { filterCount, queryOf, type ListQuery } from './search.ts'
import type { AudienceCounts, ShownAudience } from './select-audiences.ts'

/**
 * The first screen of the list as this device showed it last: shown while ten thousand records are still being read, and replaced
 * by the same rows.
 */
export interface ListLook {
  /** What kept it: another build may show something else. */
  readonly build: string
  /** Of the records that it shows. */
  readonly revision: number
  readonly synced_at: string | null
  readonly sort: ListQuery['sort']
  readonly counts: AudienceCounts
  readonly draft_count: number
  readonly audiences: readonly ShownAudience[]
  readonly hand_overs: readonly (readonly [id: string, HandOvers])[]
}

/** What the list shows until the records are there. */
export const first_look = new Cell<ListLook | undefined>(undefined)

/** More than a tall screen shows, and the rows beyond its edge. */
const AUDIENCES = 36
/** A list of fewer is read as fast as a look of it. */
const FEW = 200
/** Of the look as text: with the largest audiences it would take as long as what it stands for. */
const LENGTH_MAX = 500_000

/** The address of a script is named for what is in it, and in all that it loads. The configuration is of the service's build. */
const BUILD = import.meta.url

/** Whether the first screen of an address can be kept: the list in any order, without filters. */
export function canBeKept(query: ListQuery): boolean {
  return query.tab === 'saved' && filterCount(query) === 0
}

/** @returns what was kept of the list at this address; undefined where it is another page, or nothing holds any more */
export async function keptLookAt(
  { pathname, search }: Pick<Location, 'pathname' | 'search'>,
  identity: Identity,
): Promise<ListLook | undefined> {
  const query = queryOf(parseSearch(search))
  if (pathname !== '/saved-audiences' || !canBeKept(query)) return undefined
  const look = await readFirstLook(ports, identity)
  if (look?.['build'] !== BUILD || look['sort'] !== query.sort) return undefined
  const found = look as JsonRecord & ListLook
  kept = found
  return found
}

/** What the list shows that a look is made of. */
interface Seen extends Pick<ListLook, 'sort' | 'counts' | 'draft_count'> {
  readonly shown: readonly ShownAudience[]
}

/** What there is to keep; undefined where it would not help, or what is shown is not all in the account. */
function lookOf(
  client: Pick<ActivationClient, 'list' | 'unsent' | 'status' | 'revision'>,
  { shown, ...facts }: Seen,
): ListLook | undefined {
  const { mode, is_migrating, quarantined, synced_at } = client.status
  if (mode === 'guest' || is_migrating || quarantined > 0 || client.unsent.count > 0 || shown.length < FEW) {
    return undefined
  }
  const audiences = shown
    .slice(0, AUDIENCES)
    .map(({ id, record }) => ({ id, record, is_deleted: false, waiting: 0, aside: [] }))
  const all_hand_overs = handOversOf(listOf(client, 'distribution'))
  const hand_overs = audiences.flatMap(({ id }) => {
    const own = all_hand_overs.get(id)
    return own ? [[id, own] as const] : []
  })
  const look = { ...facts, build: BUILD, revision: client.revision, synced_at, audiences, hand_overs }
  return JSON.stringify(look).length > LENGTH_MAX ? undefined : look
}

/** The one that is kept, as far as this page knows. */
let kept: Pick<ListLook, 'revision' | 'sort' | 'draft_count'> | undefined

/** Keeps what the list shows for the next visit. */
export async function keepLook(client: ActivationClient, seen: Seen): Promise<void> {
  const { identity, revision } = client
  const { sort, draft_count } = seen
  const is_kept = kept?.revision === revision && kept.sort === sort && kept.draft_count === draft_count
  const look = is_kept ? undefined : lookOf(client, seen)
  if (!identity || !look) return
  kept = look
  await keepFirstLook(ports, identity, { revision, look: { ...look } })
}
