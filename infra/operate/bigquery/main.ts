/**
 * `npm run bigquery:load -- --project P --bucket B [--dataset D] [--location L] [--kind K]… [--dry-run]`: fills the native
 * copies of BigQuery from the bucket, once; see README.md. Exit code 0: done; 1: not.
 */
import { BigQuery } from '@google-cloud/bigquery'

import { systemClock } from '#shared/base/clock.ts'
import { readRequest } from './command.ts'
import { LoadFailure } from './load-failure.ts'
import { loadAll } from './load.ts'

try {
  const request = readRequest(process.argv.slice(2))
  const client = new BigQuery({ projectId: request.project })
  await loadAll(request, { client, clock: systemClock, say: (line) => console.log(line) })
} catch (error) {
  // What an operator can put right is said in a sentence; anything else is a fault and shown whole.
  console.error(error instanceof LoadFailure ? error.message : error)
  process.exitCode = 1
}
