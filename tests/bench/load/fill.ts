import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { sampleAudience } from '../sample-audience.ts'
import type { Instance } from './deployment.ts'

const SIDE_BY_SIDE = 1000

/**
 * Saves audiences of one user, from the end of a calendar month backwards: those that spread over less than a month lie
 * in one object.
 */
export async function fillAudiences(
  instance: Instance,
  user_id: string,
  { count, spread_ms }: { readonly count: number; readonly spread_ms: number },
): Promise<void> {
  const now = new Date()
  const end_ms = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1) - 1
  for (let from = 0; from < count; from += SIDE_BY_SIDE) {
    const saves = Array.from({ length: SIDE_BY_SIDE }, (_, at) => {
      const number = from + at
      const audience_id = newId('aud', Math.floor(end_ms - (number * spread_ms) / count), systemRandom)
      return instance.call(user_id, 'POST', '/api/audiences', { ...sampleAudience(number), audience_id })
    })
    const refused = (await Promise.all(saves)).find(({ status }) => status !== 201)
    if (refused) throw new Error(`filling: ${refused.status}`)
  }
}
