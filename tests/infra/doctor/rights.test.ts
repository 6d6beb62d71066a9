import { expect, test } from 'vitest'

import { CHECKS } from '#infra/doctor/checks.ts'
import { ON_CALL_USES } from '#infra/rights/uses/on-call.ts'
import { AT, examine, healthy } from './stand-in.ts'

/** What each address takes. People on call ask after an apply; who asks before one owns the project. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  [AT.alerts]: 'monitoring.alerts.list',
  [AT.certificates]: 'compute.sslCertificates.list',
  [AT.channels]: 'monitoring.notificationChannels.list',
  [AT.copies]: 'bigquery.transfers.get',
  [AT.dataset]: 'bigquery.datasets.get',
  [AT.jobs]: 'cloudscheduler.jobs.list',
  [AT.log]: 'logging.logEntries.list',
  [AT.run]: 'run.services.list',
  [AT.services]: 'serviceusage.services.list',
}

test('the table of rights has what doctor asks after an apply, and nothing else, for people on call', async () => {
  const stand_in = healthy()
  const asked = new Set<string>()
  const answers = new Map(stand_in.answers)
  answers.get = (address) => {
    asked.add(address)
    return stand_in.answers.get(address)
  }
  const after = CHECKS.filter(({ when }) => when === 'after').map(({ title }) => title)
  await examine({ ...stand_in, answers }, after)
  const needed = [...asked].map((address) => PERMISSIONS[address] ?? `of ${address}, which is not in this test`)
  const doctor = ON_CALL_USES.filter(({ what }) => what.startsWith('npm run doctor'))
  expect(needed.toSorted()).toEqual(doctor.flatMap(({ permissions }) => permissions).toSorted())
})
