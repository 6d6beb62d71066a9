import { LIST, READ, type Use } from '../use.ts'

const KINDS = ['audiences', 'platforms', 'distributions']
const NATIVE = KINDS.map((kind) => `table activation_manager.${kind}_native`)
const SEES_ROWS = ['bigquery.rowAccessPolicies.getFilteredData']
const COPIER = 'am-bigquery-copier'

/** BigQuery: the copy, the lake, and those who query. */
export const ANALYSIS_USES: readonly Use[] = [
  {
    what: 'external tables: lists objects',
    who: 'lake connection',
    permissions: LIST,
    on: ['data'],
    grant: 'google_storage_bucket_iam_member.lake_lists',
  },
  {
    what: 'external tables: reads objects',
    who: 'lake connection',
    permissions: READ,
    on: KINDS.map((kind) => `data/${kind}/`),
    grant: 'google_storage_bucket_iam_member.lake_reads',
  },
  {
    what: 'copy: reads the external tables',
    who: COPIER,
    permissions: ['bigquery.tables.getData'],
    on: ['dataset activation_manager_lake'],
    grant: 'google_bigquery_dataset_iam_member.copier_reads',
  },
  {
    what: 'copy: reads them through their connection',
    who: COPIER,
    permissions: ['bigquery.connections.use'],
    on: ['connection'],
    grant: 'google_bigquery_connection_iam_member.copier',
  },
  {
    what: 'copy: merges into the native tables',
    who: COPIER,
    permissions: ['bigquery.tables.getData', 'bigquery.tables.updateData'],
    on: NATIVE,
    grant: 'google_bigquery_dataset_iam_member.copier_writes',
  },
  {
    what: 'copy: sees all rows, else its merge would be refused',
    who: COPIER,
    permissions: SEES_ROWS,
    on: NATIVE,
    grant: 'google_bigquery_row_access_policy.everything',
  },
  {
    what: 'copy: jobs',
    who: COPIER,
    permissions: ['bigquery.jobs.create'],
    on: ['project'],
    grant: 'google_project_iam_member.copier_runs',
  },
  {
    what: 'queries views and copies',
    who: 'analysts',
    permissions: ['bigquery.tables.getData'],
    on: ['dataset activation_manager'],
    grant: 'google_bigquery_dataset_iam_member.analyst',
  },
  {
    what: 'queries: sees all rows',
    who: 'analysts',
    permissions: SEES_ROWS,
    on: NATIVE,
    grant: 'google_bigquery_row_access_policy.everything',
  },
  {
    what: 'queries the copies',
    who: 'restricted analysts',
    permissions: ['bigquery.tables.getData'],
    on: NATIVE,
    grant: 'google_bigquery_table_iam_member.restricted',
  },
  {
    what: 'queries: sees some rows',
    who: 'restricted analysts',
    permissions: SEES_ROWS,
    on: NATIVE,
    grant: 'google_bigquery_row_access_policy.restricted',
  },
  ...['analysts', 'restricted analysts'].map((who) => ({
    what: 'queries: jobs',
    who,
    permissions: ['bigquery.jobs.create'],
    on: ['project'],
    grant: 'google_project_iam_member.analyst',
  })),
]
