/**
 * Names of resources, short as the table of rights writes them and full as Google's IAM compares them.
 *
 * | short | what it is |
 * |---|---|
 * | `data`, `assets`, `delivery` | a bucket |
 * | `data/audiences/` | every object below a folder of a bucket |
 * | `key credentials` | a key of Cloud KMS |
 * | `service am-web`, `account am-smoke`, `secret am-user-hash-salt` | as Terraform names them |
 * | `dataset activation_manager`, `table activation_manager.audiences_native` | of BigQuery |
 * | `connection`, `repository`, `project` | the only one |
 */
export type ShortName = string

export interface Place {
  readonly project: string
  /** `dev`, `staging` or `prod`. */
  readonly env: string
  readonly region: string
}

const BUCKETS: Readonly<Record<string, string>> = { data: '', assets: '-assets', delivery: '-delivery' }

/** @throws Error for a name that is none of the above */
export function fullName(short: ShortName, { project, env, region }: Place): string {
  const in_project = `projects/${project}`
  const in_region = `${in_project}/locations/${region}`
  const [kind = '', name = ''] = short.split(' ')
  const [bucket = '', ...folders] = short.split('/')
  const suffix = BUCKETS[bucket]
  if (suffix !== undefined) {
    const of_bucket = bucketName(`${project}-activation-${env}${suffix}`)
    return folders.length === 0 ? of_bucket : `${of_bucket}/objects/${folders.join('/')}`
  }
  switch (kind) {
    case 'key':
      return `${in_region}/keyRings/activation-${env}/cryptoKeys/${name}`
    case 'service':
      return `${in_region}/services/${name}`
    case 'account':
      return `${in_project}/serviceAccounts/${name}`
    case 'secret':
      return `${in_project}/secrets/${name}`
    case 'dataset':
      return `${in_project}/datasets/${name}`
    case 'table':
      return `${in_project}/datasets/${name.replace('.', '/tables/')}`
    case 'connection':
      return `${in_region}/connections/activation-lake`
    case 'repository':
      return `${in_region}/repositories/activation-manager`
    case 'project':
      return in_project
    default:
      throw new Error(`no resource has the name ${short}`)
  }
}

export function bucketName(bucket: string): string {
  return `projects/_/buckets/${bucket}`
}

/** Whether a grant on `granted` holds for `resource`: it is that one or lies below it. A project has its buckets, too. */
export function covers(granted: string, resource: string): boolean {
  if (resource === granted || resource.startsWith(`${granted}/`)) return true
  const project = /^projects\/([^/]+)$/.exec(granted)?.[1]
  return project !== undefined && resource.startsWith(bucketName(`${project}-`))
}
