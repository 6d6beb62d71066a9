import type { Channels } from '../ports.ts'

/** Channels of BroadcastChannel; where there is none, the caller is told that nobody else hears. */
export function broadcastChannels(): Channels {
  return {
    open: (name) => {
      if (globalThis.BroadcastChannel === undefined) return deaf()
      const channel = new BroadcastChannel(name)
      let is_closed = false
      return {
        reaches_other_tabs: true,
        post: (message) => {
          if (!is_closed) channel.postMessage(message)
        },
        subscribe: (onMessage) => {
          const listen = ({ data }: MessageEvent<unknown>): void => onMessage(data)
          channel.addEventListener('message', listen)
          return () => channel.removeEventListener('message', listen)
        },
        close: () => {
          is_closed = true
          channel.close()
        },
      }
    },
  }
}

function deaf(): ReturnType<Channels['open']> {
  const nothing = (): void => undefined
  return { reaches_other_tabs: false, post: nothing, subscribe: () => nothing, close: nothing }
}
