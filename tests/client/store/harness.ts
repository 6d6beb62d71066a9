import { createFlagsApp } from '#functions/flags/index.ts'
import { createSyncApp } from '#functions/sync/index.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { ActivationClient } from '#shared/client/client.ts'
import type { ClientOptions, Session } from '#shared/client/client-types.ts'
import { MemoryBrowser } from '#shared/client/memory/memory-browser.ts'
import { DEMO, runningInTest } from '#tests/functions/distributions/harness.ts'

/** Clients in browsers without a browser, against the real functions. */
export async function clientsInTest() {
  const running = await runningInTest()
  const [sync, flags] = await Promise.all([running.instance(createSyncApp), running.instance(createFlagsApp)])
  const origins = { sync: sync.url, flags: flags.url } as Record<string, string>
  const claims = JSON.parse(Buffer.from((await running.tokenOf(DEMO)).split('.')[1]!, 'base64url').toString()) as {
    iss: string
  }
  let is_offline = false
  const fetch: typeof globalThis.fetch = (...call) =>
    is_offline ? Promise.reject(new TypeError('offline')) : globalThis.fetch(...call)
  const sessionOf = (user_id: string): Session => ({
    identity: { issuer: claims.iss, user_id, owner: user_id },
    token: () => running.tokenOf(user_id),
  })
  return {
    running,
    setOffline: (offline: boolean) => void (is_offline = offline),
    sessionOf,
    browser: () => new MemoryBrowser({ clock: systemClock, random: systemRandom }),
    open: (browser: MemoryBrowser, session?: Session, more: Partial<ClientOptions> = {}) => {
      const tab = browser.openTab()
      return ActivationClient.open({
        ports: tab.ports,
        api: { origins: origins as never, fetch },
        app_version: 'test',
        ...(session && { session }),
        ...more,
      })
    },
  }
}
