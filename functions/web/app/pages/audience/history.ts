import type { JsonRecord } from '#shared/client/store/entries.ts'
import { differencesOf, type Difference } from '../../audiences/differences.ts'

/** The past of an audience, in words. Pure. */

/** A version as the service lists it. */
export interface Version {
  readonly version: number
  readonly at: string
  readonly since?: string | undefined
  readonly by: string | null
  readonly via: 'api' | 'sync' | 'import' | 'restore' | 'retention' | 'dispatch' | 'maintenance'
  readonly client_id: string | null
  readonly changed: readonly string[]
}

/** Fields that follow from others, and are not told beside them. */
const FOLLOWING = new Set(['variable_details', 'audience_size', 'enhanced_name'])

const DEEDS: Readonly<Record<string, string>> = {
  name: 'renamed',
  description: 'description changed',
  status: 'moved',
  total_audience_size: 'resized',
  segments: 'segments changed',
  selected_variables: 'variables changed',
  metadata: 'tags or campaign changed',
  data_type: 'type changed',
  original_query: 'words changed',
  insights: 'insights changed',
  deleted: 'deleted or brought back',
}

/** "Renamed and resized". @param status what it became, where that is known */
export function deedInWords({ version, changed, via }: Version, status?: string): string {
  if (via === 'retention') return 'Archived by the retention rule'
  if (via === 'restore') return 'Brought back by the operator'
  if (version === 1) return via === 'import' ? 'Imported' : 'Created'
  const told = changed.filter((field) => !FOLLOWING.has(field))
  if (told.length === 1 && told[0] === 'status' && status !== undefined) return STATUS_DEEDS[status] ?? 'Moved'
  const deeds = (told.length > 0 ? told : changed).map((field) => DEEDS[field] ?? field.replaceAll('_', ' '))
  const shown = deeds.length > 3 ? [...deeds.slice(0, 2), `${deeds.length - 2} more`] : deeds
  const text = shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? 'changed')
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

const STATUS_DEEDS: Readonly<Record<string, string>> = {
  archived: 'Moved to Archived',
  active: 'Made active',
  draft: 'Made a draft',
}

/**
 * The version that each one was made of. Changes of a draft that follow each other soon share a version, and those in between are not
 * kept: so it is the next one in the list, not the number before.
 * @param versions the latest first
 * @returns null where it is not kept, or nobody knows yet
 */
export function versionsBefore(
  versions: readonly Version[],
  { kept_since_version, has_more }: { readonly kept_since_version: number; readonly has_more: boolean },
): readonly (number | null)[] {
  return versions.map(({ version }, at) => {
    const next = versions[at + 1]
    if (next) return next.version
    return !has_more && version > kept_since_version ? kept_since_version : null
  })
}

/** "You, this device": who did it, and where. */
export function doerInWords(
  { by, via, client_id }: Version,
  me: { readonly user_id: string | null; readonly client_id: string | null },
): string {
  if (via === 'retention' || via === 'dispatch' || via === 'maintenance') return 'Automatic'
  if (via === 'import' || via === 'restore') return 'Operator'
  const who = by === null ? 'Unknown' : by === me.user_id ? 'You' : 'Somebody else'
  if (client_id === null) return who
  return `${who}, ${client_id === me.client_id ? 'this device' : 'another device'}`
}

/** What giving an audience the values of a version changes, and the edit that does it. */
export interface Restoration {
  readonly differences: readonly Difference[]
  readonly set: JsonRecord
  readonly unset: Readonly<Record<string, readonly string[]>>
}

/**
 * Its status stays as it is: moving an audience is a deed by itself.
 * @param version the fields of it, as far as they were kept
 */
export function restorationOf(now: JsonRecord, version: JsonRecord): Restoration {
  const past: JsonRecord = { ...version, status: now['status'] }
  const differences = differencesOf(now, past)
  const fields = differencesFields(now, past)
  const [metadata_now, metadata_then] = [objectOf(now['metadata']), objectOf(past['metadata'])]
  const gone = Object.keys(metadata_now).filter((name) => !Object.hasOwn(metadata_then, name))
  return {
    differences,
    set: Object.fromEntries(fields.map((field) => [field, past[field] ?? null])),
    unset: fields.includes('metadata') && gone.length > 0 ? { metadata: gone } : {},
  }
}

function differencesFields(now: JsonRecord, past: JsonRecord): readonly string[] {
  return [...new Set(differencesOf(now, past).map(({ field }) => field.split('.', 1)[0]!))].concat(
    // Its words are not told, and it belongs to the variables.
    Object.hasOwn(past, 'variable_details') && hasOther(now, past, 'selected_variables') ? ['variable_details'] : [],
  )
}

function hasOther(now: JsonRecord, past: JsonRecord, field: string): boolean {
  return differencesOf({ [field]: now[field] }, { [field]: past[field] }).length > 0
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
