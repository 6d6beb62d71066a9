import type { ParsedCall } from './flags.ts'
import { parseCall } from './flags.ts'
import { type Needed, neededFor } from './needed.ts'
import { ACCESS_TOKEN } from './iam-credentials.ts'

/**
 * Cloud Run, Cloud Storage and Artifact Registry as far as a rollout sees them through gcloud: plain data, so that it
 * can be kept in a file between two processes. Traffic follows the rules of gcloud 528, `api_lib/run/traffic.py`.
 */
export interface Cloud {
  services: Record<string, CloudService>
  objects: Record<string, { generation: number; body: string; custom_time?: string }>
  images: { package: string; version: string; tags: string[] }[]
  generation: number
  /** Where the candidate of a service answers; by default nowhere. */
  urls: Record<string, string>
  /** Buckets whose objects are plain files on this machine. */
  folders: Record<string, string>
  /** Images that do not start. */
  broken_images: string[]
  /** Jobs of Cloud Scheduler. */
  jobs: Record<string, 'ENABLED' | 'PAUSED'>
  /** What the maintenance function answers the scheduler; none: its calls do not arrive. */
  scheduled_status: number | undefined
  /** Its answers, the newest first. */
  scheduled_calls: { revision: string; route: string; status: number }[]
  calls: string[][]
}

interface CloudService {
  revisions: { name: string; image: string; is_ready: boolean }[]
  traffic: Target[]
  /** None: `all`. */
  ingress?: string
}

interface Target {
  /** None: whatever is the latest ready one. */
  revision?: string
  percent?: number
  tag?: string
}

export interface Said {
  readonly exit_code: number
  readonly stdout: string
  readonly stderr: string
}

/** What lies outside of the data. */
export interface Surroundings {
  readonly fileExists: (path: string) => boolean
  /** Names in a folder. */
  readonly filesIn: (path: string) => readonly string[]
  /** Whether whoever calls has a permission; by default everyone has each. */
  readonly permits?: Permits | undefined
}

export type Permits = (needed: Needed) => boolean

export function emptyCloud(): Cloud {
  return {
    services: {},
    objects: {},
    images: [],
    generation: 1,
    urls: {},
    folders: {},
    broken_images: [],
    jobs: {},
    scheduled_status: 200,
    scheduled_calls: [],
    calls: [],
  }
}

/** A service as Terraform leaves it: one revision with a placeholder, and traffic to whatever is the latest. */
export function addService(cloud: Cloud, name: string, image = 'placeholder'): void {
  cloud.services[name] = {
    revisions: [{ name: `${name}-00001`, image, is_ready: true }],
    traffic: [{ percent: 100 }],
  }
}

/** Percent by revision. */
export function trafficOf(cloud: Cloud, name: string): Record<string, number> {
  const traffic: Record<string, number> = {}
  const service = serviceOf(cloud, name)
  for (const target of service.traffic) {
    if (target.percent === undefined) continue
    const revision = target.revision ?? latestReady(service)
    traffic[revision] = (traffic[revision] ?? 0) + target.percent
  }
  return traffic
}

export function tagsOf(cloud: Cloud, name: string): Record<string, string | undefined> {
  const tags: Record<string, string | undefined> = {}
  for (const { tag, revision } of serviceOf(cloud, name).traffic) if (tag !== undefined) tags[tag] = revision
  return tags
}

class Refused extends Error {}

/** One call of gcloud: changes `cloud`, and says what gcloud would say. */
export async function callGcloud(
  cloud: Cloud,
  args: readonly string[],
  stdin: string,
  surroundings: Surroundings,
): Promise<Said> {
  cloud.calls.push([...args])
  const call = parseCall(args)
  if (typeof call === 'string') return { exit_code: 2, stdout: '', stderr: `ERROR: (gcloud) ${call}\n` }
  try {
    mustBePermitted(cloud, call, stdin, surroundings)
    const stdout = await COMMANDS[call.command]!(cloud, call, stdin, surroundings)
    return { exit_code: 0, stdout, stderr: '' }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { exit_code: 1, stdout: '', stderr: `ERROR: (gcloud.${call.command}) ${error.message}\n` }
  }
}

function mustBePermitted(cloud: Cloud, call: ParsedCall, stdin: string, { permits, filesIn }: Surroundings): void {
  if (permits === undefined) return
  const exists = (url: string): boolean => cloud.objects[url] !== undefined
  const denied = neededFor(call, { stdin, exists, filesIn }).find((needed) => !permits(needed))
  if (denied === undefined) return
  const { permission, on } = denied
  throw new Refused(`PERMISSION_DENIED: Permission '${permission}' denied on resource '${on}' (or it may not exist).`)
}

type Command = (cloud: Cloud, call: ParsedCall, stdin: string, surroundings: Surroundings) => string | Promise<string>

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const COMMANDS: Readonly<Record<string, Command>> = {
  'run deploy': (cloud, { operands: [name = ''], flags }) => {
    const service = serviceOf(cloud, name)
    const image = flags.get('--image') ?? ''
    if (!flags.has('--no-traffic')) throw new Error('a deploy with traffic would be a rollout without a gate')
    for (const target of service.traffic) if (target.percent !== undefined) target.revision ??= latestReady(service)
    const is_ready = !cloud.broken_images.includes(image)
    const number = String(service.revisions.length + 1).padStart(5, '0')
    service.revisions.push({ name: `${name}-${number}`, image, is_ready })
    if (!is_ready) throw new Refused(`Revision '${name}-${number}' is not ready and cannot serve traffic.`)
    return json(described(cloud, name))
  },
  'run services describe': (cloud, { operands: [name = ''], flags }) => {
    const service = described(cloud, name)
    if (!flags.has('--flatten')) return json(service)
    const lines = service.status.traffic.map(({ revisionName, percent, tag }) => [revisionName, percent, tag])
    return lines.map((line) => `${line.join(',')}\n`).join('')
  },
  'run services list': (cloud) =>
    Object.keys(cloud.services)
      .map((name) => `${name}\n`)
      .join(''),
  'run revisions list': (cloud, { flags }) =>
    serviceOf(cloud, flags.get('--service') ?? '')
      .revisions.filter(({ is_ready }) => is_ready)
      .map(({ name, image }) => `${name},${image}\n`)
      .toReversed()
      .join(''),
  'run services update-traffic': (cloud, { operands: [name = ''], flags }) => {
    const service = serviceOf(cloud, name)
    const removed = (flags.get('--remove-tags') ?? '').split(',')
    const updated = pairsOf(flags.get('--update-tags'))
    for (const revision of Object.values(updated)) mustBeReady(service, revision)
    let targets = service.traffic.map((target) => ({ ...target }))
    for (const target of targets) {
      if (target.tag !== undefined && (removed.includes(target.tag) || target.tag in updated)) delete target.tag
    }
    targets = targets.filter(({ percent, tag }) => percent !== undefined || tag !== undefined)
    for (const [tag, revision] of Object.entries(updated)) targets.push({ revision, tag })
    if (flags.has('--to-revisions')) {
      const percentages = Object.entries(pairsOf(flags.get('--to-revisions')))
      const total = percentages.reduce((sum, [, percent]) => sum + Number(percent), 0)
      if (total !== 100) throw new Refused(`this stand-in takes 100 % only, not ${total}`)
      for (const [revision] of percentages) mustBeReady(service, revision)
      const tagged = targets.flatMap((target) => {
        const { tag } = target
        return tag === undefined ? [] : [{ revision: target.revision ?? latestReady(service), tag }]
      })
      targets = [...percentages.map(([revision, percent]) => ({ revision, percent: Number(percent) })), ...tagged]
    }
    service.traffic = targets
    return json(described(cloud, name).status.traffic)
  },
  'artifacts docker images list': (cloud, { operands: [repository] }) =>
    json(cloud.images.filter((image) => image.package === repository)),
  // With impersonation gcloud requests an access token of that account first, which delivery may not have.
  'auth print-identity-token': (_cloud, { flags }) => {
    const account = flags.get('--impersonate-service-account')
    if (account === undefined)
      throw new Refused('Invalid account Type for `--audiences`. Requires valid service account.')
    throw new Refused(
      `PERMISSION_DENIED: Failed to impersonate [${account}]. Make sure the account that's trying to impersonate it has ` +
        'access to the service account itself and the "roles/iam.serviceAccountTokenCreator" role.',
    )
  },
  'auth print-access-token': () => `${ACCESS_TOKEN}\n`,
  'run services update': (cloud, { operands: [name = ''], flags }) => {
    serviceOf(cloud, name).ingress = flags.get('--ingress')!
    return ''
  },
  'scheduler jobs list': ({ jobs }) =>
    Object.entries(jobs)
      .map(([name, state]) => `${name},${state}\n`)
      .join(''),
  'scheduler jobs pause': (cloud, { operands: [job = ''] }) => {
    cloud.jobs[job] = 'PAUSED'
    return ''
  },
  'scheduler jobs resume': (cloud, { operands: [job = ''] }) => {
    cloud.jobs[job] = 'ENABLED'
    return ''
  },
  'scheduler jobs run': (cloud, { operands: [job = ''] }) => {
    const { scheduled_status: status } = cloud
    const [revision] = Object.entries(trafficOf(cloud, 'am-maintenance')).find(([, percent]) => percent === 100) ?? []
    if (status === undefined || revision === undefined) return ''
    cloud.scheduled_calls.unshift({ revision, route: `/api/maintenance/${job.replace('maintenance-', '')}`, status })
    return ''
  },
  'logging read': (cloud, { operands: [filter = ''] }) =>
    json(
      cloud.scheduled_calls
        .filter(({ revision, route }) => [revision, route].every((value) => filter.includes(`="${value}"`)))
        .map(({ status }) => ({ httpRequest: { status } })),
    ),
  'storage objects describe': (cloud, { operands: [url = ''] }, _stdin, { fileExists }) => {
    const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.*)$/.exec(url) ?? []
    const folder = cloud.folders[bucket]
    if (folder !== undefined) {
      if (!fileExists(`${folder}/${name}`)) throw new Refused(`${url} not found: 404.`)
      return json({ bucket, name, generation: '1' })
    }
    const { generation } = objectOf(cloud, url)
    return json({ bucket, name, generation: String(generation) })
  },
  'storage cat': (cloud, { operands: [url = ''] }) => {
    const [name = '', generation] = url.split('#')
    const object = objectOf(cloud, name)
    if (generation !== undefined && Number(generation) !== object.generation) {
      throw new Refused(`The following URLs matched no objects or files:\n${url}`)
    }
    return object.body
  },
  'storage objects list': (cloud, { operands: [pattern = ''] }) => {
    const prefix = pattern.replace(/\*\*$/, '')
    const found = Object.entries(cloud.objects).filter(([url]) => url.startsWith(prefix))
    if (found.length === 0) throw new Refused(`The following URLs matched no objects or files:\n${pattern}`)
    return json(found.map(([url, { custom_time }]) => ({ name: url.replace(/^gs:\/\/[^/]+\//, ''), custom_time })))
  },
  'storage objects update': (cloud, { flags }, stdin) => {
    for (const url of stdin.trim().split('\n')) objectOf(cloud, url).custom_time = flags.get('--custom-time')!
    return ''
  },
  'storage cp': (cloud, { operands: [from = '', url = ''], flags }, stdin, { filesIn }) => {
    if (flags.has('--recursive')) {
      const folder = from.slice(from.lastIndexOf('/') + 1)
      for (const name of filesIn(from)) {
        cloud.objects[`${url}/${folder}/${name}`] = { generation: cloud.generation++, body: '' }
      }
      return ''
    }
    if (from !== '-') throw new Error('the stand-in copies folders, and from standard input')
    mustMatch(cloud, url, flags)
    cloud.objects[url] = { generation: cloud.generation++, body: stdin }
    return ''
  },
  'storage rm': (cloud, { operands: [url = ''], flags }) => {
    objectOf(cloud, url)
    mustMatch(cloud, url, flags)
    delete cloud.objects[url]
    return ''
  },
}

function serviceOf(cloud: Cloud, name: string): CloudService {
  const service = cloud.services[name]
  if (service === undefined) throw new Refused(`Cannot find service [${name}]`)
  return service
}

function latestReady({ revisions }: CloudService): string {
  return revisions.findLast(({ is_ready }) => is_ready)!.name
}

function mustBeReady({ revisions }: CloudService, name: string): void {
  if (!revisions.some((revision) => revision.name === name && revision.is_ready)) {
    throw new Refused(`Revision '${name}' is not ready and cannot serve traffic.`)
  }
}

/** In the shape of the Knative API, which is what gcloud prints. */
function described(cloud: Cloud, name: string) {
  const service = serviceOf(cloud, name)
  const newest = service.revisions.at(-1)!
  const traffic = service.traffic.map(({ revision = latestReady(service), ...target }) => ({
    revisionName: revision,
    ...target,
    ...(target.tag !== undefined && { url: cloud.urls[name] ?? `https://${target.tag}---${name}.example` }),
  }))
  return {
    metadata: { name, annotations: { 'run.googleapis.com/ingress': service.ingress ?? 'all' } },
    spec: { template: { spec: { containers: [{ image: newest.image }] } } },
    status: { latestCreatedRevisionName: newest.name, latestReadyRevisionName: latestReady(service), traffic },
  }
}

function objectOf(cloud: Cloud, url: string): Cloud['objects'][string] {
  const object = cloud.objects[url]
  if (object === undefined) throw new Refused(`${url} not found: 404.`)
  return object
}

function mustMatch(cloud: Cloud, url: string, flags: ReadonlyMap<string, string>): void {
  const expected = flags.get('--if-generation-match')
  if (expected !== undefined && Number(expected) !== (cloud.objects[url]?.generation ?? 0)) {
    throw new Refused('HTTPError 412: At least one of the pre-conditions you specified did not hold.')
  }
}

function pairsOf(list = ''): Record<string, string> {
  return Object.fromEntries(list.split(',').flatMap((pair) => (pair === '' ? [] : [pair.split('=')]))) as Record<
    string,
    string
  >
}
