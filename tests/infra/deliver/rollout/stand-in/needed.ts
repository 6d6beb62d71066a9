import type { ShortName } from '#infra/rights/resources.ts'
import type { ParsedCall } from './flags.ts'

/** A permission that a call takes. Source: the requests that gcloud 528 sends, and the permissions of their methods. */
export interface Needed {
  readonly permission: string
  readonly on: ShortName
}

/** What lies in the cloud, as far as it decides: to replace an object is to delete the one before it. */
type Exists = (url: string) => boolean

interface NeededTools {
  readonly stdin: string
  readonly exists: Exists
  readonly filesIn: (path: string) => readonly string[]
}

type NeedsOf = (call: ParsedCall, tools: NeededTools) => Needed[]

const onService = (name: string, ...verbs: string[]): Needed[] =>
  verbs.map((verb) => ({ permission: `run.services.${verb}`, on: `service ${name}` }))
const onProject = (permission: string): Needed[] => [{ permission, on: 'project' }]
const onObject = (url: string, ...verbs: string[]): Needed[] =>
  verbs.map((verb) => ({ permission: `storage.objects.${verb}`, on: shortObject(url) }))

const NEEDS: Readonly<Record<string, NeedsOf>> = {
  // A revision runs as the account of its service. Whether the API is enabled is asked, too, and a denial is no error.
  'run deploy': ({ operands: [name = ''] }) => [
    ...onService(name, 'get', 'update'),
    { permission: 'iam.serviceAccounts.actAs', on: `account ${name}` },
  ],
  'run services describe': ({ operands: [name = ''] }) => onService(name, 'get'),
  'run services list': () => onProject('run.services.list'),
  'run services update-traffic': ({ operands: [name = ''] }) => onService(name, 'get', 'update'),
  'run revisions list': () => onProject('run.revisions.list'),
  'artifacts docker images list': () =>
    ['artifactregistry.repositories.get', 'artifactregistry.versions.list'].map((permission) => {
      return { permission, on: 'repository' }
    }),
  'auth print-identity-token': () => [],
  'auth print-access-token': () => [],
  'scheduler jobs run': () => onProject('cloudscheduler.jobs.run'),
  'logging read': () => onProject('logging.logEntries.list'),
  'storage objects describe': ({ operands: [url = ''] }) => onObject(url, 'get'),
  'storage cat': ({ operands: [url = ''] }) => onObject(url.replace(/#.*$/, ''), 'get'),
  'storage objects list': ({ operands: [pattern = ''] }) => [
    { permission: 'storage.objects.list', on: shortObject(pattern).replace(/\/.*$/, '') },
  ],
  'storage objects update': (_call, { stdin }) =>
    stdin
      .trim()
      .split('\n')
      .flatMap((url) => onObject(url, 'get', 'update')),
  'storage cp': ({ operands: [from = '', url = ''], flags }, { exists, filesIn }) => {
    const folder = from.slice(from.lastIndexOf('/') + 1)
    const targets = flags.has('--recursive') ? filesIn(from).map((name) => `${url}/${folder}/${name}`) : [url]
    return targets.flatMap((target) => onObject(target, 'create', ...(exists(target) ? ['delete'] : [])))
  },
  'storage rm': ({ operands: [url = ''] }) => onObject(url, 'get', 'delete'),
}

/** @throws Error for a command whose needs are not known */
export function neededFor(call: ParsedCall, tools: NeededTools): Needed[] {
  const needs = NEEDS[call.command]
  if (needs === undefined) throw new Error(`which permissions does gcloud ${call.command} take?`)
  return needs(call, tools)
}

/** `gs://my-project-activation-prod-delivery/locks/rollout.json` → `delivery/locks/rollout.json` */
function shortObject(url: string): ShortName {
  const [, suffix = 'data', name = ''] =
    /^gs:\/\/[^/]+-activation-(?:dev|staging|prod)(?:-([a-z]+))?(\/.*)?$/.exec(url) ?? []
  return `${suffix}${name}`
}
