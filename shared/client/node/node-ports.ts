import { systemClock } from '../../base/clock.ts'
import { systemRandom } from '../../base/random.ts'
import { MemoryBrowser } from '../memory/memory-browser.ts'
import type { ClientPorts } from '../ports.ts'
import { FileStorages } from './file-storages.ts'

/**
 * What the client needs, in one process of Node: storages are files of `folder`. Locks and channels are this process's, which
 * owns the files alone.
 */
export function nodePorts(folder: string, clock = systemClock, random = systemRandom): ClientPorts {
  const { ports } = new MemoryBrowser({ clock, random }).openTab()
  return { ...ports, storages: new FileStorages(folder, { clock, random }) }
}
