import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { callsInDocument } from '#infra/checks/delivery/script-calls.ts'
import { documentedCommand } from '#infra/rights/gcloud-commands.ts'
import { isGrantedBy } from '#infra/rights/grants.ts'
import { fullName } from '#infra/rights/resources.ts'
import { DOCS } from '#tests/docs/blocks.ts'
import { faultsOf, type Judged } from '#infra/rights/judge.ts'
import { KNOWN_ROLES } from '#infra/rights/roles.ts'
import { ALL_USES } from '#infra/rights/uses/all.ts'
import { PLACE, plannedRights } from './planned-rights.ts'

/** The grants of a plan against the table of what is done. */

const rights = await plannedRights()

/** Those of the runbooks and the calendar, which people on call type. @returns page and call */
function callsOfDocuments(): [page: string, call: string][] {
  const pages = globSync(['runbooks/*.md', 'guides/operating-calendar.md'], { cwd: DOCS })
  return pages.toSorted().flatMap((page) => {
    const calls = callsInDocument(readFileSync(join(DOCS, page), 'utf8'))
    return [...new Set(calls)].map((call): [string, string] => [page, call.replace(/^gcloud /, '')])
  })
}

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

  test.each(callsOfDocuments())('allow %s what its document types: gcloud %s', (_page, call) => {
    const command = documentedCommand(call)
    if (command === undefined) throw new Error(`infra/rights/gcloud-commands.ts does not have: gcloud ${call}`)
    const { who, permissions, on } = command
    const denied = permissions.flatMap((permission) =>
      on.flatMap((resource) => {
        const name = `${fullName(resource, PLACE)}${resource.endsWith('/') ? 'some object' : ''}`
        const is_granted = rights!.grants.some(
          (grant) => grant.principal === who && isGrantedBy(grant, permission, name),
        )
        return is_granted ? [] : [`${who} has no ${permission} on ${resource}`]
      }),
    )
    expect(denied).toEqual([])
  })

  test('are too many when a step is given up', () => {
    const uses = ALL_USES.filter(({ what }) => what !== 'gate: metrics of the candidates')
    expect(faultsOf(judged({ uses }))).toEqual([
      'Nothing uses roles/monitoring.viewer of am-delivery (google_project_iam_member.delivery["roles/monitoring.viewer"]). ' +
        'Take it away in terraform/, or say in infra/rights/uses what does.',
    ])
  })
})
