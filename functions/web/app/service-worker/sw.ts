/**
 * Keeps the app of this build on the device, so that it opens without a network. Requests of the service are never
 * answered from here: the client has its own store. A page asks for the network first, and gets what is kept when that
 * does not answer in time; a file whose name has its hash never changes, so what is kept is good.
 */
declare const self: ServiceWorkerGlobalScope

/** Replaced by the build (vite.config.ts): the name of this build's cache, and the files in it. */
declare const BUILD: { readonly cache: string; readonly files: readonly string[] }

const PAGE = '/'
const CONFIG = '/config.json'
const PAGE_WAIT_MS_MAX = 3_000
/** A file is the same for every request; scripts and styles of a page ask with an origin, this worker without one. */
const BY_ADDRESS = { ignoreVary: true }

self.addEventListener('install', (event) => {
  event.waitUntil(keepBuild())
})
self.addEventListener('activate', (event) => {
  event.waitUntil(dropOtherBuilds())
})
self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') event.respondWith(networkFirst(request, PAGE))
  else if (url.pathname === CONFIG) event.respondWith(networkFirst(request, CONFIG))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(keptFirst(request))
})

async function keepBuild(): Promise<void> {
  const cache = await caches.open(BUILD.cache)
  await cache.addAll([PAGE, CONFIG, ...BUILD.files])
  await self.skipWaiting()
}

/** Tabs of an earlier build still ask for its files: those that are not kept come from the network. */
async function dropOtherBuilds(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name !== BUILD.cache).map((name) => caches.delete(name)))
  await self.clients.claim()
}

async function networkFirst(request: Request, kept_as: string): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PAGE_WAIT_MS_MAX) })
    if (answer.status < 500) return answer
    return (await caches.match(kept_as, BY_ADDRESS)) ?? answer
  } catch (error) {
    const kept = await caches.match(kept_as, BY_ADDRESS)
    if (kept) return kept
    throw error
  }
}

async function keptFirst(request: Request): Promise<Response> {
  return (await caches.match(request, BY_ADDRESS)) ?? (await fetch(request))
}
