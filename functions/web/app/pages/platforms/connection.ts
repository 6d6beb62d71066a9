import type { ApiProblem } from '#shared/client/api/problems.ts'
import type { ActivationClient } from '#shared/client/client.ts'
import type { PlatformType } from '#shared/records/platform.ts'
import { clock } from '../../base/ports.ts'
import { problemInWords } from '../../format/problem-words.ts'

/** What users do to the connection of a platform. Keys go to the service only, never into the storage of the browser. */

export type Outcome =
  | { readonly ok: true; readonly words: string }
  | {
      readonly ok: false
      readonly words: string
      /** What is wrong with single fields, by their names. */
      readonly fields?: Readonly<Record<string, string>>
    }

const SENT_MS_MAX = 10_000

/** Makes a platform on this device. @returns its id, or what is wrong */
export async function addPlatform(
  client: ActivationClient,
  platform_type: PlatformType,
  name: string,
): Promise<{ readonly ok: true; readonly id: string } | { readonly ok: false; readonly words: string }> {
  const id = client.newId('platform')
  const outcome = await client.create('platform', { platform_type, name }, id)
  return outcome.ok ? { ok: true, id } : { ok: false, words: outcome.problem.message }
}

/** Replaces all keys of a platform and tests them. Neither repeats anything: both may be tried again. */
export async function replaceKeys(
  client: ActivationClient,
  id: string,
  credentials: Readonly<Record<string, string>>,
): Promise<Outcome> {
  if (!(await isSent(client, id))) return NOT_SENT
  const params = { platform_id: idNow(client, id) }
  const replaced = await client.api.platforms.replacePlatformCredentials({ params, body: { credentials } })
  if (!replaced.ok) return { ok: false, words: inWords(replaced.problem), fields: fieldsOf(replaced.problem) }
  return await testConnection(client, id)
}

/** Calls the platform with its keys. The test of a connection may fail: then that is its outcome. */
export async function testConnection(client: ActivationClient, id: string): Promise<Outcome> {
  if (!(await isSent(client, id))) return NOT_SENT
  const tested = await client.api.platforms.testPlatform({ params: { platform_id: idNow(client, id) } })
  // The list shows what the service has noted of the test.
  await client.syncNow().catch(() => undefined)
  if (!tested.ok) return { ok: false, words: inWords(tested.problem) }
  const { ok, message } = tested.body
  return { ok, words: message }
}

const NOT_SENT: Outcome = {
  ok: false,
  words: 'The platform is saved on this device, and not in your account yet. Try again when it is.',
}

/** A platform of which the service does not know yet is sent first. */
async function isSent(client: ActivationClient, id: string): Promise<boolean> {
  const isWaiting = () => (client.get('platform', id)?.waiting ?? 0) > 0
  if (!isWaiting()) return true
  await client.syncNow().catch(() => undefined)
  if (!isWaiting()) return true
  // Another tab sends it.
  const waited = new AbortController()
  const changed = new Promise<void>((resolve) => {
    const unsubscribe = client.subscribe(() => {
      if (!isWaiting()) resolve()
    })
    waited.signal.addEventListener('abort', unsubscribe)
  })
  await Promise.race([changed, clock.sleep(SENT_MS_MAX, waited.signal)])
  waited.abort()
  return !isWaiting()
}

function idNow(client: ActivationClient, id: string): string {
  return client.get('platform', id)?.id ?? id
}

function inWords(problem: ApiProblem): string {
  const words = problemInWords(problem)
  return problem.is_outcome_unknown ? `${words} It can be tried again without harm.` : words
}

/** `credentials.api_key` is the field `api_key`. */
function fieldsOf({ errors }: ApiProblem): Record<string, string> {
  const entries = errors.map(({ path, message }) => [path.replace(/^credentials\./, ''), `It ${message}.`] as const)
  return Object.fromEntries(entries)
}
