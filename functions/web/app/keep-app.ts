import { whenIdle } from './base/idle.ts'
import { keep, kept } from './base/kept.ts'
import { serviceWorkerUrl } from './base/script-urls.ts'

const KEPT = 'reloaded_for'

/**
 * The service worker keeps the app on this device. A page whose files are gone, because a newer release took their place, is
 * loaded again: once for each address, so that a file that nobody has does not reload it for ever.
 */
export function keepApp(): void {
  window.addEventListener('vite:preloadError', (event) => {
    if (kept(KEPT) === location.href || !navigator.onLine) return
    event.preventDefault()
    keep(KEPT, location.href)
    location.reload()
  })
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  // It fetches the whole app, which the first page is not to wait for.
  whenIdle(() => void navigator.serviceWorker.register(serviceWorkerUrl()).catch(() => undefined))
}
