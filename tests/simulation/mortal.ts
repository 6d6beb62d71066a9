import type { Clock } from '#shared/base/clock.ts'
import type { ObjectStore } from '#shared/objects/object-store.ts'

/** The ports of one running instance, which can end at any of its awaits. */
export interface Mortal {
  readonly store: ObjectStore
  readonly clock: Clock
  /** Resolves when the instance has crashed: nobody will hear from it again, though what it sent may still land. */
  readonly crashed: Promise<'crashed'>
  crash(): void
  /** Nothing of it runs for so long, as in a container without processor time; what it has sent goes on. */
  pause(duration_ms: number): void
  /** It does not crash by itself any more, and goes on immediately. */
  calm(): void
}

interface World {
  readonly store: ObjectStore
  readonly clock: Clock
  /** It crashes at this await, counted over calls to the store and the clock and over their ends. */
  readonly awaits_until_crash?: number
  readonly onCrash?: () => void
}

export function startMortal({ store, clock, awaits_until_crash, onCrash }: World): Mortal {
  let awaits_left = awaits_until_crash ?? Infinity
  let is_running = true
  let paused: Promise<void> | undefined
  const { promise: crashed, resolve } = Promise.withResolvers<'crashed'>()
  const crash = (): void => {
    if (!is_running) return
    is_running = false
    resolve('crashed')
    onCrash?.()
  }
  let wake: (() => void) | undefined
  const pause = (duration_ms: number): void => {
    if (paused) return
    const woken = new Promise<void>((resolve) => (wake = resolve))
    paused = Promise.race([clock.sleep(duration_ms), woken]).then(() => {
      paused = undefined
    })
  }
  const awake = async (): Promise<void> => {
    while (paused) await paused
  }
  const passes = (): boolean => {
    if (--awaits_left <= 0) crash()
    return is_running
  }

  /** Goes on only while the instance runs. */
  async function alive<T>(work: () => Promise<T>): Promise<T> {
    if (!passes()) return await silence()
    if (paused) await awake()
    try {
      const result = await work()
      if (paused) await awake()
      return passes() ? result : await silence()
    } catch (error) {
      if (paused) await awake()
      if (passes()) throw error
      return await silence()
    }
  }

  return {
    store: {
      read: (...call) => alive(() => store.read(...call)),
      readRange: (...call) => alive(() => store.readRange(...call)),
      write: (...call) => alive(() => store.write(...call)),
      list: (...call) => alive(() => store.list(...call)),
    },
    clock: {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: (...call) => alive(() => clock.sleep(...call)),
      turn: () => alive(() => clock.turn()),
    },
    crashed,
    crash,
    pause,
    calm: () => {
      awaits_left = Infinity
      wake?.()
    },
  }
}

function silence(): Promise<never> {
  return new Promise(() => undefined)
}
