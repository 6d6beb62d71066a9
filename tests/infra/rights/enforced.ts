import type { AccountAccess } from '#infra/local/runtime.ts'
import { LOCAL_KEY } from '#infra/stand-ins/kms/server.ts'
import { type Grant, isGrantedBy } from '#infra/rights/grants.ts'
import { bucketName, fullName } from '#infra/rights/resources.ts'
import { accountOf } from '#infra/rights/uses/functions.ts'
import { PLACE } from './planned-rights.ts'

/** What the local runtime calls its buckets and its key → what Terraform calls them. */
const PLANNED_NAMES = [
  [bucketName('activation-local-assets'), fullName('assets', PLACE)],
  [bucketName('activation-local'), fullName('data', PLACE)],
  [LOCAL_KEY, fullName('key credentials', PLACE)],
] as const

/** A permission that somebody asked for. */
export interface Asked {
  readonly identity: string
  readonly permission: string
  /** As Terraform's plan names it. */
  readonly resource: string
}

/** The rights of a plan, for the stand-ins, with a record of what was asked for. */
export class EnforcedRights implements AccountAccess {
  readonly permitted: Asked[] = []
  readonly denied: Asked[] = []
  readonly accountOf = accountOf
  readonly rights = { permits: this.#permits.bind(this) }
  readonly #grants: readonly Grant[]

  constructor(grants: readonly Grant[]) {
    this.#grants = grants
  }

  #permits(identity: string, permission: string, local_name: string): boolean {
    const resource = plannedName(local_name)
    const own = this.#grants.filter(({ principal }) => principal === identity || principal === 'allUsers')
    const is_permitted = own.some((grant) => isGrantedBy(grant, permission, resource))
    const asked = { identity, permission, resource }
    if (is_permitted) this.permitted.push(asked)
    else this.denied.push(asked)
    return is_permitted
  }
}

function plannedName(local_name: string): string {
  for (const [local, planned] of PLANNED_NAMES) {
    if (local_name === local || local_name.startsWith(`${local}/`)) return `${planned}${local_name.slice(local.length)}`
  }
  return local_name
}
