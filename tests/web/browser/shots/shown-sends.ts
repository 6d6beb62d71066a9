import type { WebSite } from '../web-site.ts'

interface Owned {
  readonly user_id: string
  /** Those of the pictures, in their order. */
  readonly audience_ids: readonly string[]
  readonly platform_ids: readonly string[]
}

interface ShownSend {
  /** Of the audiences, from the end. */
  readonly audience_at: number
  readonly platform_at?: number
  readonly record?: object
  /** What the sender reported and the user asked for, in their order. */
  readonly reports: readonly object[]
}

const BEGUN = { status: 'in_progress' }
const FAILED = {
  status: 'failed',
  error_message: 'Too many requests. Reduce the number of calls.',
  error_details: { code: '429' },
}
const REFUSED = { status: 'failed', error_message: 'Token expired', error_details: { code: 'bad_token' } }
const AGAIN = { status: 'pending' }

const SENDS: readonly ShownSend[] = [
  { audience_at: -2, reports: [{ status: 'cancelled' }] },
  {
    audience_at: -3,
    reports: [BEGUN, { status: 'completed', match_results: { match_rate: 0.614, matched_records: 253_000 } }],
  },
  { audience_at: -5, reports: [BEGUN, { status: 'completed', match_results: { match_rate: 0, matched_records: 0 } }] },
  { audience_at: -1, platform_at: 1, reports: [BEGUN, FAILED, AGAIN, BEGUN, { status: 'completed' }] },
  { audience_at: -3, reports: [BEGUN, REFUSED] },
  { audience_at: -2, record: { segments_distributed: [1] }, reports: [BEGUN] },
  { audience_at: -6, reports: [] },
  {
    audience_at: -5,
    record: { scheduled_at: '2098-11-17T08:00:00.000Z', metadata: { time_zone: 'Europe/Berlin' } },
    reports: [],
  },
]

/** What was sent, in every status. */
export async function saveShownSends(site: WebSite, { user_id, audience_ids, platform_ids }: Owned): Promise<void> {
  for (const { audience_at, platform_at = 0, record, reports } of SENDS) {
    const audience_id = audience_ids.at(audience_at)
    const sent = { audience_id, platform_id: platform_ids[platform_at], ...record }
    const { distribution_id } = await site.save(user_id, '/api/distributions', sent)
    for (const body of reports) {
      await site.report(user_id, `/api/distributions/${String(distribution_id)}/status`, body)
    }
  }
}
