import { type Clock, systemClock } from '../../base/clock.ts'
import { systemRandom } from '../../base/random.ts'
import type { ClientPorts } from '../ports.ts'
import { broadcastChannels } from './broadcast-channels.ts'
import { indexedDbStorages } from './indexed-db-storages.ts'
import { pageLifecycle } from './page-lifecycle.ts'
import { storageManagerFacts } from './storage-manager-facts.ts'
import { webLocks } from './web-locks.ts'

/** The system's clock; a browser has no `setImmediate`, so a message to itself is what comes after all other events. */
const browserClock: Clock = {
  ...systemClock,
  turn: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.addEventListener('message', () => {
        port1.close()
        resolve()
      })
      port1.start()
      port2.postMessage(null)
    }),
}

/** What the client needs, from the browser whose page this is. */
export function browserPorts(): ClientPorts {
  return {
    storages: indexedDbStorages(browserClock),
    locks: webLocks(),
    channels: broadcastChannels(),
    lifecycle: pageLifecycle(),
    storage_facts: storageManagerFacts(),
    clock: browserClock,
    random: systemRandom,
  }
}
