import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { sampleAudience } from '../sample-audience.ts'

/** Audiences of 4 kB: a push has 1 MiB at most. */
const PUSHED = 200

/** Makes audiences in the demo account, as a device pushes them. @param url of the local system */
export async function fillAccount(url: string, count: number): Promise<void> {
  const answer = await fetch(`${url}/local/token`, { method: 'POST', body: '{"user_id": "demo_user"}' })
  const { id_token } = (await answer.json()) as { id_token: string }
  const client_id = newId('cli', systemClock.nowMs(), systemRandom)
  for (let made = 0; made < count; made += PUSHED) {
    const mutations = Array.from({ length: Math.min(PUSHED, count - made) }, (_, at) => ({
      seq: made + at + 1,
      mutation_id: `m${made + at}`,
      op: 'create',
      kind: 'audience',
      id: newId('aud', systemClock.nowMs(), systemRandom),
      value: sampleAudience(made + at),
    }))
    const pushed = await fetch(`${url}/api/sync/push`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${id_token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ client_id, acked: made, mutations }),
    })
    const { results = [] } = (await pushed.json()) as { results?: readonly { readonly status: string }[] }
    const applied = results.filter(({ status }) => status === 'applied').length
    if (applied !== mutations.length) throw new Error(`${applied} of ${mutations.length} audiences were made`)
  }
}
