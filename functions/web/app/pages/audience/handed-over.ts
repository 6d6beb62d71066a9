import type { Shown } from '../../store/records.ts'

/** That an audience was handed over: it stands between the versions. */
export interface HandedOver {
  readonly id: string
  readonly at: string
  readonly platform_name: string
  readonly status: Shown<'distribution'>['record']['status']
}

export function handedOverOf(distributions: readonly Shown<'distribution'>[]): readonly HandedOver[] {
  return distributions.map(({ id, record: { created_at, platform_name, status } }) => ({
    id,
    at: created_at,
    platform_name: platform_name ?? 'a platform',
    status,
  }))
}
