import { describe, expect, test } from 'vitest'

import { faultsOf, type Judged } from '#infra/rights/judge.ts'
import { KNOWN_ROLES } from '#infra/rights/roles.ts'
import { ALL_USES } from '#infra/rights/uses/all.ts'
import { PLACE, plannedRights } from './planned-rights.ts'

/** The grants of a plan against the table of what is done. */

const rights = await plannedRights()

describe.skipIf(rights === undefined)('the rights of an environment', () => {
  const judged = (changes: Partial<Judged> = {}): Judged => ({ uses: ALL_USES, place: PLACE, ...rights!, ...changes })

  test('allow everything that is done, and nothing else is granted', () => {
    expect(faultsOf(judged())).toEqual([])
  })

  test('name the permissions of each role that is granted, and of no other', () => {
    const granted = new Set(rights!.resources.map(({ values }) => String(values['role'])))
    expect([...granted].filter((role) => role.startsWith('roles/')).toSorted()).toEqual(KNOWN_ROLES.toSorted())
  })

  test.each([...new Set(ALL_USES.map(({ grant }) => grant))])('without %s something is not allowed', (address) => {
    const grants = rights!.grants.filter((grant) => grant.address.replace(/\[.*$/, '') !== address)
    expect(faultsOf(judged({ grants }))).not.toEqual([])
  })

  test('are too many when a step is given up', () => {
    const uses = ALL_USES.filter(({ what }) => what !== 'gate: metrics of the candidates')
    expect(faultsOf(judged({ uses }))).toEqual([
      'Nothing uses roles/monitoring.viewer of am-delivery (google_project_iam_member.delivery["roles/monitoring.viewer"]). ' +
        'Take it away in terraform/, or say in infra/rights/uses what does.',
    ])
  })
})
