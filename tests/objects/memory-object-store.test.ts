import { MemoryObjectStore, type Fault } from '#tests/simulation/memory-object-store.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'
import type { Failure } from './bucket-proxy.ts'
import { objectStoreContract } from './contract.ts'

const FAULTS: Readonly<Record<Failure, Fault>> = {
  throttled: 'throttled',
  unavailable: 'unavailable',
  reset: 'unavailable',
  stall: 'stalled',
  forbidden: 'rejected',
  lost_after_landing: 'lost_answer',
}

/** Passes time by itself: the contract is not about it. */
class PassingClock extends VirtualClock {
  override async sleep(duration_ms: number, signal?: AbortSignal): Promise<void> {
    await this.run(() => super.sleep(duration_ms, signal))
  }
}

objectStoreContract('in memory', async () => {
  let fault: Fault | undefined
  const store = new MemoryObjectStore({
    clock: new PassingClock(),
    faultOf: () => {
      const strikes = fault
      fault = undefined
      return strikes
    },
  })
  return { store, fail: (failure) => void (fault = FAULTS[failure]), run: (work) => work() }
})
