import { browserPorts } from '#shared/client/browser/browser-ports.ts'
import { STORAGE_CONTRACT } from '../../storage-contract.ts'

/** Loaded by a page in Chromium: what the tests beside this folder call by name. */
declare global {
  interface Window {
    readonly contract: { check(title: string, name: string): Promise<void> }
  }
}

const { storages, clock } = browserPorts()

Object.assign(window, {
  contract: {
    check: async (title: string, name: string) => {
      const check = STORAGE_CONTRACT[title]
      if (check === undefined) throw new Error(`there is no case: ${title}`)
      await check({ storages, reopen: () => Promise.resolve(storages), wait: () => clock.sleep(50) }, name)
    },
  } satisfies Window['contract'],
})
