import type { Clock } from '../../base/clock.ts'
import type { Channel, Channels } from '../ports.ts'

type Receive = (message: unknown) => void

/** The channels of one browser, or of one process. */
export class MemoryChannels {
  readonly #clock: Clock
  readonly #open = new Map<string, Set<Receive>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param ended aborts when the tab is gone: its channels are closed */
  forTab(ended: AbortSignal = new AbortController().signal): Channels {
    return { open: (name) => this.#openFor(name, ended) }
  }

  #openFor(name: string, ended: AbortSignal): Channel {
    const all = this.#open.get(name) ?? new Set<Receive>()
    this.#open.set(name, all)
    const subscribers = new Set<Receive>()
    const receive: Receive = (message) => {
      for (const onMessage of subscribers) onMessage(message)
    }
    all.add(receive)
    const close = (): void => void all.delete(receive)
    ended.addEventListener('abort', close, { once: true })
    return {
      reaches_other_tabs: true,
      post: (message) => {
        if (!all.has(receive)) return
        const sent = structuredClone(message)
        const others = [...all].filter((other) => other !== receive)
        // Who has closed meanwhile gets nothing.
        void this.#clock.turn().then(() => {
          for (const other of others) if (all.has(other)) other(sent)
        })
      },
      subscribe: (onMessage) => {
        subscribers.add(onMessage)
        return () => void subscribers.delete(onMessage)
      },
      close,
    }
  }
}
