import { useSyncExternalStore } from 'react'

/** The sizes at which the frame changes; style sheets name the same ones. */
export const PHONE = '(max-width: 720px)'
export const WIDE = '(min-width: 1101px)'
/** A window that is not high enough for bars that stand still, as readers have who zoom in. */
export const SHORT = '(max-height: 480px)'

/** Whether a media query holds, now and when that changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const list = matchMedia(query)
      list.addEventListener('change', onChange)
      return () => list.removeEventListener('change', onChange)
    },
    () => matchMedia(query).matches,
  )
}
