import { type CommandInput, defineCommand } from '#infra/command/spec.ts'
import { DRY_RUN_OPTION } from '../options.ts'
import type { LoadRequest } from './load.ts'
import { KINDS } from './tables.ts'

export const BIGQUERY_LOAD_COMMAND = defineCommand({
  program: 'npm run bigquery:load',
  summary: 'Fills the native tables of BigQuery from the bucket, once. Repeating it is safe.',
  options: {
    project: { value: 'PROJECT', required: true, about: 'Google Cloud project of BigQuery' },
    bucket: { value: 'BUCKET', required: true, about: 'bucket with the records' },
    dataset: {
      value: 'DATASET',
      default: 'activation_manager',
      about: 'dataset of the native tables; the load goes through DATASET_lake',
    },
    location: { value: 'LOCATION', about: 'expected location of both datasets; by default where they are' },
    kind: {
      value: 'KIND',
      repeatable: true,
      choices: KINDS.map(({ name }) => name),
      about: 'kind of record to load; by default every kind',
    },
    'dry-run': DRY_RUN_OPTION,
  },
  examples: [
    {
      line: 'npm run bigquery:load -- --project my-project --bucket my-project-activation-prod --dry-run',
      about: 'Checks the datasets and tables and prints what would be loaded',
    },
    {
      line: 'npm run bigquery:load -- --project my-project --bucket my-project-activation-prod --kind audiences',
      about: 'Loads the audiences',
    },
  ],
})

export function requestOf(input: CommandInput<typeof BIGQUERY_LOAD_COMMAND>): LoadRequest {
  const { project, bucket, dataset, location, kind: names, dry_run } = input
  const kinds = names.length === 0 ? KINDS : KINDS.filter(({ name }) => names.includes(name))
  return { project, bucket, dataset, location, kinds, is_dry_run: dry_run }
}
