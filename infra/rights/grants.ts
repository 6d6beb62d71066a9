import { prefixesOf } from './conditions.ts'
import { bucketName, covers, fullName, type Place } from './resources.ts'
import { permissionsOfRole } from './roles.ts'

/** A resource as a plan of Terraform would make it. */
export interface PlannedResource {
  readonly address: string
  readonly type: string
  readonly values: Readonly<Record<string, unknown>>
}

/** That somebody has a role on a resource. */
export interface Grant {
  /** `google_storage_bucket_iam_member.function["audiences reads"]` */
  readonly address: string
  /** The name of an account without its domain, or as `people` says. */
  readonly principal: string
  readonly role: string
  readonly is_custom_role: boolean
  readonly permissions: ReadonlySet<string>
  /** Full name. */
  readonly resource: string
  /** Of full names; without them the grant has no condition. */
  readonly prefixes: readonly string[] | undefined
}

/** Accounts that Google makes and whose names no plan knows, by the grant to them. */
const MADE_BY_GOOGLE: Readonly<Record<string, string>> = {
  'google_kms_crypto_key_iam_member.bucket': 'storage agent',
  'google_storage_bucket_iam_member.lake_lists': 'lake connection',
  'google_storage_bucket_iam_member.lake_reads': 'lake connection',
}

/** What a row policy gives to those whom it names. Google adds this role by itself. */
const ROW_POLICY_ROLE = 'roles/bigquery.filteredDataViewer'
const ROW_POLICY_PERMISSION = 'bigquery.rowAccessPolicies.getFilteredData'

/**
 * Every grant of a plan.
 * @param people names of the IAM members that the variables contain, by member
 * @throws Error for a grant that is not understood, or a role whose permissions are not known
 */
export function grantsOf(
  resources: readonly PlannedResource[],
  place: Place,
  people: Readonly<Record<string, string>>,
): Grant[] {
  const reader = new GrantReader(resources, place, people)
  return resources.flatMap((resource) => reader.grants(resource))
}

class GrantReader {
  readonly #place: Place
  readonly #people: Readonly<Record<string, string>>
  /** Of planned accounts, by the value that stands for their member, and by that for their name. */
  readonly #accounts = new Map<string, string>()
  readonly #custom_roles = new Map<string, { name: string; permissions: readonly string[] }>()
  readonly #keys = new Map<string, string>()

  constructor(resources: readonly PlannedResource[], place: Place, people: Readonly<Record<string, string>>) {
    this.#place = place
    this.#people = people
    for (const { type, values } of resources) {
      const text = (name: string) => String(values[name])
      if (type === 'google_service_account') {
        for (const value of ['member', 'name']) this.#accounts.set(text(value), text('account_id'))
      } else if (type === 'google_project_iam_custom_role') {
        const permissions = values['permissions'] as readonly string[]
        this.#custom_roles.set(text('id'), { name: text('role_id'), permissions })
      } else if (type === 'google_kms_crypto_key') {
        this.#keys.set(text('id'), text('name'))
      }
    }
  }

  grants(resource: PlannedResource): Grant[] {
    const { address, type, values } = resource
    if (type === 'google_bigquery_row_access_policy') return this.#rowPolicy(resource)
    if (!type.endsWith('_iam_member')) {
      if (/_iam_(?:binding|policy)$/.test(type)) throw new Error(`${address}: grant by member, which adds to others`)
      return []
    }
    const [condition] = (values['condition'] ?? []) as readonly { expression: string }[]
    return [
      {
        address,
        principal: this.#principal(address, values['member']),
        ...this.#role(address, String(values['role'])),
        resource: this.#resource(resource),
        prefixes: condition && prefixesOf(condition.expression),
      },
    ]
  }

  #rowPolicy({ address, values }: PlannedResource): Grant[] {
    const resource = fullName(`table ${String(values['dataset_id'])}.${String(values['table_id'])}`, this.#place)
    return (values['grantees'] as readonly unknown[]).map((member) => ({
      address,
      principal: this.#principal(address, member),
      role: ROW_POLICY_ROLE,
      is_custom_role: false,
      permissions: new Set([ROW_POLICY_PERMISSION]),
      resource,
      prefixes: undefined,
    }))
  }

  #principal(address: string, member: unknown): string {
    const by_google = MADE_BY_GOOGLE[address]
    if (by_google !== undefined) return by_google
    const name = this.#accounts.get(String(member)) ?? this.#people[String(member)]
    if (name !== undefined) return name
    throw new Error(`${address}: nobody is known as ${String(member)}`)
  }

  #role(address: string, role: string): Pick<Grant, 'role' | 'is_custom_role' | 'permissions'> {
    const custom = this.#custom_roles.get(role)
    if (custom) return { role: custom.name, is_custom_role: true, permissions: new Set(custom.permissions) }
    const permissions = permissionsOfRole(role)
    if (permissions) return { role, is_custom_role: false, permissions: new Set(permissions) }
    throw new Error(
      `${address}: the permissions of ${role} are not known. Add them to infra/rights/predefined-roles.json, ` +
        'from the source that it names',
    )
  }

  #resource({ address, type, values }: PlannedResource): string {
    const text = (name: string) => String(values[name])
    const named = (kind: string, name: string) => fullName(`${kind} ${name}`, this.#place)
    switch (type) {
      case 'google_storage_bucket_iam_member':
        return bucketName(text('bucket'))
      case 'google_kms_crypto_key_iam_member':
        return named('key', this.#keys.get(text('crypto_key_id')) ?? '')
      case 'google_secret_manager_secret_iam_member':
        return named('secret', text('secret_id'))
      case 'google_service_account_iam_member':
        return named('account', this.#accounts.get(text('service_account_id')) ?? '')
      case 'google_cloud_run_v2_service_iam_member':
        return named('service', text('name'))
      case 'google_artifact_registry_repository_iam_member':
        return named('repository', '')
      case 'google_bigquery_dataset_iam_member':
        return named('dataset', text('dataset_id'))
      case 'google_bigquery_table_iam_member':
        return named('table', `${text('dataset_id')}.${text('table_id')}`)
      case 'google_bigquery_connection_iam_member':
        return named('connection', '')
      case 'google_project_iam_member':
        return named('project', '')
      default:
        throw new Error(`${address}: infra/rights/grants.ts does not know which resource this grants on`)
    }
  }
}

/** Whether a grant gives a permission on a resource, which is named in full. */
export function isGrantedBy({ permissions, resource: granted, prefixes }: Grant, permission: string, resource: string) {
  if (!permissions.has(permission) || !covers(granted, resource)) return false
  return prefixes === undefined || prefixes.some((prefix) => resource.startsWith(prefix))
}
