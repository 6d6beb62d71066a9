/** One record of each kind, as answers show them: the records of all examples. They belong together. */

const AUDIENCE_ID = 'aud_01jw8rj5m7fkb9c3xw0q4z6t2n'
const PLATFORM_ID = 'plat_01jw8s0c2hez2v7d1r5n8k3mqa'
const DISTRIBUTION_ID = 'dist_01jw8s9p4tf0b6x2y8g3h1jvkc'

const SAVED_AT = '2025-05-27T09:15:30.887Z'
const CHANGED_AT = '2025-05-28T14:02:11.402Z'

const read_only = {
  user_id: 'demo_user',
  created_at: SAVED_AT,
  updated_at: CHANGED_AT,
  version: 3,
  deleted: false,
  client_id: null,
  updated_by: 'demo_user',
}

const details = {
  variable_details: [
    {
      code: 'ENV_AWARE',
      description: 'Environmental awareness',
      relevance_score: 0.95,
      type: 'demographic',
      category: 'Values',
    },
  ],
  segments: [
    {
      segment_id: 0,
      name: 'Urban greens',
      size: 125000,
      size_percentage: 41.7,
      characteristics: { income: 'high' },
      prizm_segments: ['Young Digerati'],
    },
  ],
}

const summary = {
  audience_id: AUDIENCE_ID,
  ...read_only,
  status: 'active',
  data_type: 'first_party',
  name: 'Eco-conscious millennials',
  description: 'City people who buy with the environment in mind',
  original_query: 'Find environmentally conscious millennials in urban areas',
  enhanced_name: null,
  natural_language_criteria: null,
  total_audience_size: 300000,
  audience_size: null,
  selected_variables: ['ENV_AWARE', 'AGE_25_40'],
  insights: ['Most of them live in the ten largest cities.'],
  metadata: { tags: ['spring'] },
}

export const AUDIENCE = { ...summary, ...details }

export const AUDIENCE_SUMMARY = { ...summary, segment_count: 1, variable_count: 2 }

/** The fields that a client sends. */
export const AUDIENCE_SENT = {
  name: summary.name,
  description: summary.description,
  data_type: summary.data_type,
  original_query: summary.original_query,
  selected_variables: summary.selected_variables,
  total_audience_size: summary.total_audience_size,
  metadata: summary.metadata,
  ...details,
}

export const PLATFORM = {
  platform_id: PLATFORM_ID,
  ...read_only,
  platform_type: 'the_trade_desk',
  status: 'connected',
  name: 'Our seat',
  settings: { default_match_rate: 0.65, auto_refresh: true, refresh_frequency: 'weekly' },
  metadata: {},
  last_sync_at: '2025-05-28T14:30:00.000Z',
  last_test: { at: CHANGED_AT, ok: true, code: 'ok', message: 'The platform accepts the credentials.' },
  credentials: {
    encrypted: true,
    fields: ['api_key', 'account_id'],
    hint: { account_id: '…1234' },
    updated_at: SAVED_AT,
  },
}

export const CREDENTIALS = { api_key: 'the secret that the platform gave you', account_id: 'abc1234' }

export const DISTRIBUTION_SUMMARY = {
  distribution_id: DISTRIBUTION_ID,
  ...read_only,
  audience_id: AUDIENCE_ID,
  platform_id: PLATFORM_ID,
  status: 'completed',
  distribution_type: 'initial',
  scheduled_at: null,
  segments_distributed: [0],
  metadata: {},
  audience_name: summary.name,
  platform_name: PLATFORM.name,
  platform_type: PLATFORM.platform_type,
  started_at: '2025-05-28T14:10:00.000Z',
  completed_at: '2025-05-28T14:30:00.000Z',
  total_records: 300000,
  matched_records: 210000,
  match_rate: 0.7,
  match_results_as_of: '2025-05-28T14:29:00.000Z',
  platform_audience_id: 'ttd-778899',
  estimated_matched_records: 195000,
  error_message: null,
  error_details: null,
}

export const DISTRIBUTION = {
  ...DISTRIBUTION_SUMMARY,
  audience_snapshot: {
    version: 3,
    data_type: summary.data_type,
    total_audience_size: summary.total_audience_size,
    audience_size: null,
    selected_variables: summary.selected_variables,
    ...details,
  },
  attempts: [
    {
      attempt: 1,
      queued_at: '2025-05-28T14:05:00.000Z',
      started_at: '2025-05-28T14:10:00.000Z',
      ended_at: '2025-05-28T14:30:00.000Z',
      outcome: 'completed',
      error: null,
    },
  ],
}

/** The same before its sender has begun. */
export const PENDING_DISTRIBUTION = {
  ...DISTRIBUTION,
  updated_at: SAVED_AT,
  version: 1,
  status: 'pending',
  started_at: null,
  completed_at: null,
  matched_records: null,
  match_rate: null,
  match_results_as_of: null,
  platform_audience_id: null,
  attempts: [
    { attempt: 1, queued_at: '2025-05-28T14:05:00.000Z', started_at: null, ended_at: null, outcome: null, error: null },
  ],
}

/** What uses the audience. */
export const USAGE = {
  scheduled: 1,
  pending: 0,
  in_progress: 0,
  refreshing_on: [PLATFORM_ID],
  refreshing_count: 1,
  completed_count: 3,
  last_at: DISTRIBUTION.completed_at,
}
