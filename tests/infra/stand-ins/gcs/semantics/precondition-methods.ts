/** Every method of an object that takes preconditions, raw and through the official client, on the object `target`. */
import { Storage } from '@google-cloud/storage'
import { mustBeObject, type Answer, type Api } from './api.ts'
import { CONDITIONS, type Condition } from './precondition-table.ts'

export interface Method {
  /** Makes the object, or needs it. */
  kind: 'making' | 'needing'
  /** Needs the object `source`, too. */
  has_source?: boolean
  /** Those that it takes. */
  conditions: readonly Condition[]
  /** @param query the precondition */
  send(api: Api, query: Record<string, string>): Promise<Answer>
  /** Whether `target` is what a request that was carried out leaves behind. Reads leave it alone. */
  isDone(target: Target): boolean
}

/** The object `target` after the request. */
export interface Target {
  text: string | undefined
  metageneration: string | undefined
}

const WRITTEN = 'written by the request'
const isWritten = ({ text }: Target) => text === WRITTEN
const isCopied = ({ text }: Target) => text === 'source'
const isChanged = ({ metageneration }: Target) => metageneration === '2'
const isGone = ({ text }: Target) => text === undefined
const isAsBefore = ({ text, metageneration }: Target) => text === 'before' && metageneration === '1'

const making = { kind: 'making', conditions: CONDITIONS } as const
const copying = { ...making, has_source: true } as const
const needing = { kind: 'needing', conditions: CONDITIONS } as const

/** The reference has only these two for a compose. */
const OF_COMPOSE = ['ifGenerationMatch', 'ifMetagenerationMatch'] as const

export const METHODS: Readonly<Record<string, Method>> = {
  'a simple insert': { ...making, send: (api, query) => api.simple('target', WRITTEN, query), isDone: isWritten },
  'a multipart insert': { ...making, send: (api, query) => api.multipart('target', WRITTEN, query), isDone: isWritten },
  'a resumable insert': { ...making, send: (api, query) => api.resumable('target', WRITTEN, query), isDone: isWritten },
  'a copy': { ...copying, send: (api, query) => sendCopy(api, 'copyTo', query), isDone: isCopied },
  'a rewrite': { ...copying, send: (api, query) => sendCopy(api, 'rewriteTo', query), isDone: isCopied },
  'a compose': {
    ...copying,
    conditions: OF_COMPOSE,
    send: (api, query) =>
      api.sendJson(api.objectPath('target', '/compose'), query, { sourceObjects: [{ name: api.name('source') }] }),
    isDone: isCopied,
  },
  'a media get': { ...needing, send: (api, query) => api.media('target', query), isDone: isAsBefore },
  'a media get by the download path': {
    ...needing,
    send: (api, query) => api.send(`/download${api.objectPath('target')}`, { alt: 'media', ...query }),
    isDone: isAsBefore,
  },
  'a metadata get': { ...needing, send: (api, query) => api.metadata('target', query), isDone: isAsBefore },
  'a patch': {
    ...needing,
    send: (api, query) => api.sendJson(api.objectPath('target'), query, { cacheControl: 'no-store' }, 'PATCH'),
    isDone: isChanged,
  },
  'an update': {
    ...needing,
    send: (api, query) => api.sendJson(api.objectPath('target'), query, { contentType: 'text/html' }, 'PUT'),
    isDone: isChanged,
  },
  'a delete': { ...needing, send: (api, query) => api.delete('target', query), isDone: isGone },
  'a save of the client': {
    ...making,
    send: (api, query) => byClient(fileOf(api).save(WRITTEN, { resumable: false, preconditionOpts: query })),
    isDone: isWritten,
  },
  'a resumable save of the client': {
    ...making,
    send: (api, query) => byClient(fileOf(api).save(WRITTEN, { resumable: true, preconditionOpts: query })),
    isDone: isWritten,
  },
  'a metadata get of the client': {
    ...needing,
    send: (api, query) => byClient(fileOf(api).getMetadata(query)),
    isDone: isAsBefore,
  },
  'a setMetadata of the client': {
    ...needing,
    send: (api, query) => byClient(fileOf(api).setMetadata({ cacheControl: 'no-store' }, query)),
    isDone: isChanged,
  },
  'a delete of the client': { ...needing, send: (api, query) => byClient(fileOf(api).delete(query)), isDone: isGone },
}

export function sendCopy(
  api: Api,
  verb: 'copyTo' | 'rewriteTo',
  query: Record<string, string>,
  resource: object = {},
): Promise<Answer> {
  const action = `/${verb}/b/${api.target.bucket}/o/${encodeURIComponent(api.name('target'))}`
  return api.sendJson(api.objectPath('source', action), query, resource)
}

export async function readTarget(api: Api): Promise<Target> {
  const media = await api.media('target')
  if (media.status !== 200) return { text: undefined, metageneration: undefined }
  return { text: media.text, metageneration: mustBeObject(await api.metadata('target')).metageneration }
}

const clients = new Map<string, Storage>()

/** As the project's adapter makes it: no retries of its own. */
function clientOf(url: string): Storage {
  return new Storage({
    apiEndpoint: url,
    projectId: 'local',
    useAuthWithCustomEndpoint: false,
    retryOptions: { autoRetry: false },
  })
}

function fileOf(api: Api) {
  const { url, bucket } = api.target
  const client = clients.get(url) ?? clientOf(url)
  clients.set(url, client)
  return client.bucket(bucket).file(api.name('target'))
}

/** What the client makes of the answer: its status, and of a refusal what the body said. */
async function byClient(call: Promise<unknown>): Promise<Answer> {
  const headers = new Headers()
  try {
    await call
    return { status: 200, text: '', headers }
  } catch (error) {
    const { code, status } = error as { code?: unknown; status?: unknown }
    return { status: Number(code ?? status), text: '', headers }
  }
}
