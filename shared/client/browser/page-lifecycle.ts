import type { Lifecycle, LifecycleEvent } from '../ports.ts'

/** The life of the page, from the events of its document and window. */
export function pageLifecycle(): Lifecycle {
  return {
    state: () => ({
      is_visible: document.visibilityState === 'visible',
      has_focus: document.hasFocus(),
      is_online_hint: navigator.onLine,
    }),
    subscribe: (onEvent) => {
      const subscribed = new AbortController()
      const on = (target: EventTarget, name: string, eventOf: (event: Event) => LifecycleEvent | undefined): void => {
        const listen = (event: Event): void => {
          const told = eventOf(event)
          if (told !== undefined) onEvent(told)
        }
        target.addEventListener(name, listen, { signal: subscribed.signal })
      }
      on(document, 'visibilitychange', () => (document.visibilityState === 'visible' ? 'visible' : 'hidden'))
      for (const name of ['freeze', 'resume'] as const) on(document, name, () => name)
      for (const name of ['focus', 'blur', 'online', 'offline'] as const) on(window, name, () => name)
      on(window, 'pagehide', () => 'page-hide')
      // The first show of a page is not a return.
      on(window, 'pageshow', (event) =>
        event instanceof PageTransitionEvent && event.persisted ? 'page-restored' : undefined,
      )
      return () => subscribed.abort()
    },
  }
}
