import type { PlatformType } from '#shared/records/platform.ts'
import { handOverFacts, type HandOverFacts } from '../../audiences/hand-over-facts.ts'
import { PLATFORMS } from '../../format/words.ts'
import type { Shown } from '../../store/records.ts'
import type { SendQuery } from './search.ts'

/** A distribution with the names that this device knows, also before the service has added them. */
export interface Send extends HandOverFacts {
  readonly id: string
  readonly shown: Shown<'distribution'>
  readonly audience_name: string
  readonly platform_type: PlatformType | null
}

/** The latest first. Pure. */
export function sendsOf(
  distributions: readonly Shown<'distribution'>[],
  audiences: readonly Shown<'audience'>[],
  platforms: readonly Shown<'platform'>[],
): readonly Send[] {
  const names = new Map(audiences.map(({ id, record }) => [id, record.name]))
  const types = new Map(platforms.map(({ id, record }) => [id, record.platform_type]))
  return distributions
    .toSorted((one, other) => other.id.localeCompare(one.id))
    .map((shown) => {
      const { audience_id, platform_id, audience_name, platform_type } = shown.record
      return {
        ...handOverFacts(shown, platforms),
        id: shown.id,
        shown,
        audience_name: audience_name ?? names.get(audience_id) ?? 'An audience',
        platform_type: knownType(platform_type) ?? types.get(platform_id) ?? null,
      }
    })
}

/** Those that the filters let through. */
export function selectSends(sends: readonly Send[], { q, status, platform }: SendQuery): readonly Send[] {
  const wanted = folded(q.trim())
  return sends.filter(({ audience_name, platform_name, shown: { record } }) => {
    if (status.length > 0 && !status.includes(record.status)) return false
    if (platform.length > 0 && !platform.includes(record.platform_id)) return false
    return wanted === '' || folded(`${audience_name} ${platform_name}`).includes(wanted)
  })
}

/** The moment that a row tells: when it goes, or when something last happened to it. */
export function momentOfSend({ record }: Shown<'distribution'>): string {
  const { status, scheduled_at, completed_at, started_at, updated_at } = record
  if (status === 'scheduled' && scheduled_at) return scheduled_at
  return completed_at ?? started_at ?? updated_at
}

function knownType(type: string | null | undefined): PlatformType | undefined {
  return type !== null && type !== undefined && Object.hasOwn(PLATFORMS, type) ? (type as PlatformType) : undefined
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase()
}
