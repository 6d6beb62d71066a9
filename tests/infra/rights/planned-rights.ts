import { planned, type Planned } from '#tests/infra/checks/terraform/planned.ts'
import { type Grant, grantsOf } from '#infra/rights/grants.ts'
import type { Place } from '#infra/rights/resources.ts'
import { openTerraform } from '#infra/checks/terraform/terraform.ts'

/** Production, with everything that its variables allow. */
export const PLACE: Place = { project: 'example-activation-prod', env: 'prod', region: 'europe-west1' }

const ANALYSTS = [
  { member: 'group:all-rows@example.com' },
  { member: 'group:some-rows@example.com', rows: "user_id = 'u1'" },
]
const REPOSITORY = 'projects/example/locations/europe-west1/connections/code/repositories/app'
const DELIVERY = {
  trigger: { repository: REPOSITORY },
  nightly: { repository: REPOSITORY },
  workload_identity: { issuer: 'https://jobs.example.com', condition: 'true', subject: 'repo' },
}
const DEPLOYERS = ['group:developers@example.com']
const PEOPLE: Readonly<Record<string, string>> = {
  'group:activation-operators@example.com': 'operators',
  'group:developers@example.com': 'deployers',
  'group:activation-on-call@example.com': 'on call',
  'group:all-rows@example.com': 'analysts',
  'group:some-rows@example.com': 'restricted analysts',
}

export interface PlannedRights {
  readonly resources: readonly Planned[]
  readonly grants: readonly Grant[]
  /** As the smoke user is called in object names. */
  readonly smoke_user: string
}

let once: Promise<PlannedRights | undefined> | undefined

/** Planned once for all tests of a process. @returns undefined where terraform is not installed */
export function plannedRights(): Promise<PlannedRights | undefined> {
  return (once ??= plan())
}

async function plan(): Promise<PlannedRights | undefined> {
  const terraform = await openTerraform()
  if (terraform === undefined) return undefined
  try {
    const variables = { bigquery: { analysts: ANALYSTS }, delivery: DELIVERY, deployers: DEPLOYERS }
    const options = Object.entries(variables).map(([name, value]) => `-var=${name}=${JSON.stringify(value)}`)
    const resources = await planned(terraform, PLACE.env, ...options)
    return { resources, grants: grantsOf(resources, PLACE, peopleIn(resources)), smoke_user: smokeUserIn(resources) }
  } finally {
    await terraform.close()
  }
}

/** Those of the variables, and whoever federation lets in, whose name has a part that only Google knows. */
function peopleIn(resources: readonly Planned[]): Record<string, string> {
  const members = resources.map(({ values }) => String(values['member']))
  const federated = members.filter((member) => member.startsWith('principal://'))
  return { ...PEOPLE, ...Object.fromEntries(federated.map((member) => [member, 'another build system'])) }
}

function smokeUserIn(resources: readonly Planned[]): string {
  const smoke = resources.find(({ address }) => address === 'google_service_account.smoke')
  return `google%3A${String(smoke?.values['unique_id'])}`
}
