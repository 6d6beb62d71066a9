import * as z from 'zod/mini'

import { appConfig, type AppConfig } from '#shared/contract/app-config.ts'
import { keep, kept } from '../base/kept.ts'
import { clock } from '../base/ports.ts'

const KEPT = 'config'
/** From then on the configuration of the last visit is good enough to begin with. */
const WAIT_MS_MAX = 400

/**
 * What the service says of itself. A visit without a network, or with a slow one, begins with what the last one was told.
 * @throws Error where nothing was ever told
 */
export async function loadConfig(): Promise<AppConfig> {
  const asked = askForConfig()
  const known = parsed(kept(KEPT))
  if (!known) return await asked
  const waited = new AbortController()
  const told = asked.catch(() => known)
  const late = clock.sleep(WAIT_MS_MAX, waited.signal).then(() => known)
  const config = await Promise.race([told, late])
  waited.abort()
  return config
}

async function askForConfig(): Promise<AppConfig> {
  const answer = await fetch('/config.json')
  if (!answer.ok) throw new Error(`The service answered ${answer.status} instead of its configuration.`)
  const text = await answer.text()
  const config = parsed(text)
  if (!config) throw new Error('The service answered with a configuration that this app cannot read.')
  keep(KEPT, text)
  return config
}

function parsed(text: string | null): AppConfig | undefined {
  try {
    const result = z.safeParse(appConfig, JSON.parse(text ?? 'null'))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}
