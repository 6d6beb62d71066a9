import { parseArgs } from 'node:util'

import { LoadFailure } from './load-failure.ts'
import type { LoadRequest } from './load.ts'
import { KINDS } from './tables.ts'

const USAGE =
  'npm run bigquery:load -- --project P --bucket B [--dataset D] [--location L] [--kind audiences|platforms|distributions]… [--dry-run]'

/** @throws LoadFailure when the arguments do not say what to load, and to where */
export function readRequest(args: readonly string[]): LoadRequest {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        project: { type: 'string' },
        bucket: { type: 'string' },
        dataset: { type: 'string', default: 'activation_manager' },
        location: { type: 'string' },
        kind: { type: 'string', multiple: true, default: KINDS.map(({ name }) => name) },
        'dry-run': { type: 'boolean', default: false },
      },
    })
    const { project, bucket, dataset, location, kind: names } = values
    if (!project) throw new LoadFailure('Say whose BigQuery: --project P')
    if (!bucket) throw new LoadFailure("Say which environment's bucket: --bucket P-activation-prod")
    const unknown = names.filter((name) => !KINDS.some((kind) => kind.name === name))
    if (unknown.length > 0) throw new LoadFailure(`There is no kind ${unknown.join(', ')}.`)
    const kinds = KINDS.filter(({ name }) => names.includes(name))
    return { project, bucket, dataset, location, kinds, is_dry_run: values['dry-run'] }
  } catch (error) {
    if (!(error instanceof LoadFailure) && !(error instanceof TypeError)) throw error
    throw new LoadFailure(`${error.message}\n${USAGE}`, { cause: error })
  }
}
