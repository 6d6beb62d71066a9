import { whenIdle } from './base/idle.ts'
import { keep, kept } from './base/kept.ts'
import { serviceWorkerUrl } from './base/script-urls.ts'

const KEPT = 'reloaded_for'

/**
 * A page whose files are gone, because a newer release took their place, is loaded again: once for each address, so that a
 * file that nobody has does not reload it for ever.
 */
export function reloadForFiles(): void {
  window.addEventListener('vite:preloadError', (event) => {
    if (kept(KEPT) === location.href || !navigator.onLine) return
    event.preventDefault()
    keep(KEPT, location.href)
    location.reload()
  })
}

/** The service worker keeps the app on this device. It fetches all of it, which the first page is not to wait for. */
export function keepApp(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  whenIdle(() => void navigator.serviceWorker.register(serviceWorkerUrl()).catch(() => undefined))
}
