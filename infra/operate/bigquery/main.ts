import { BigQuery } from '@google-cloud/bigquery'

import { runCommand } from '#infra/command/run.ts'
import { systemClock } from '#shared/base/clock.ts'
import { BIGQUERY_LOAD_COMMAND, requestOf } from './command.ts'
import { loadAll } from './load.ts'

await runCommand(BIGQUERY_LOAD_COMMAND, async (input) => {
  const request = requestOf(input)
  const client = new BigQuery({ projectId: request.project })
  await loadAll(request, { client, clock: systemClock, print: (line) => console.log(line) })
})
