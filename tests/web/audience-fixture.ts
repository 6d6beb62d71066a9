import type * as z from 'zod/mini'

import { AUDIENCES, type audienceFields } from '#shared/records/audience.ts'
import type { Audience, Distribution, Shown } from '#functions/web/app/store/records.ts'

type AudienceFields = z.output<typeof audienceFields>

/** Audiences as the app's store shows them. */

const DEFAULTS = AUDIENCES.defaults as Omit<AudienceFields, 'name'>

/** Later numbers are later ids. */
export function audienceId(number: number): string {
  return `aud_01h455vb4pex5vsknk0840${String(number).padStart(4, '0')}`
}

export function shownAudience(number: number, fields: Partial<Audience> = {}): Shown<'audience'> {
  const id = audienceId(number)
  const at = `2026-11-${String(1 + (number % 28)).padStart(2, '0')}T08:00:00.000Z`
  const record: Audience = {
    audience_id: id,
    user_id: 'demo_user',
    created_at: at,
    updated_at: at,
    version: 1,
    deleted: false,
    client_id: null,
    updated_by: 'demo_user',
    name: `Audience ${number}`,
    ...DEFAULTS,
    ...fields,
  }
  return { id, record, is_deleted: record.deleted, waiting: 0, aside: [] }
}

export function shownDistribution(number: number, fields: Partial<Distribution>): Shown<'distribution'> {
  const record = {
    distribution_id: `dist_${number}`,
    audience_id: '',
    platform_id: '',
    status: 'pending',
    segments_distributed: [],
    metadata: {},
    ...fields,
  }
  return { id: record.distribution_id, record: record as Distribution, is_deleted: false, waiting: 0, aside: [] }
}
