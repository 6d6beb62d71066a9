/**
 * Runs in each page before the page's own scripts, and notes how long it took: until the largest part was painted, until
 * the page reacted, from each key or click to the next frame, and between frames while it scrolls.
 */

/** Nothing that keeps a key waiting has happened for so long: the page has settled. */
const QUIET_MS = 500
/** Interactions under it are not told by browsers. */
const TOLD_FROM_MS = 16

let lcp_ms = 0
let busy_until_ms = 0
let interactions = new Map<number, number>()

function observe(
  options: object,
  onEntry: (entry: PerformanceEntry & { readonly interactionId?: number }) => void,
): void {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) onEntry(entry)
  }).observe(options)
}

observe({ type: 'largest-contentful-paint', buffered: true }, ({ startTime }) => (lcp_ms = startTime))
observe({ type: 'longtask', buffered: true }, ({ startTime, duration }) => (busy_until_ms = startTime + duration))
observe({ type: 'event', buffered: true, durationThreshold: TOLD_FROM_MS }, ({ interactionId: id = 0, duration }) => {
  if (id > 0) interactions.set(id, Math.max(interactions.get(id) ?? 0, duration))
})

const nextFrame = (): Promise<number> => new Promise(requestAnimationFrame)
const pause = (duration_ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration_ms))

const probe = {
  /** @param selector what the visit is for: when it is there, and nothing keeps a key waiting, the page can be used */
  async loaded(selector: string) {
    while (!document.querySelector(selector)) await nextFrame()
    const shown_ms = await nextFrame()
    while (performance.now() < Math.max(shown_ms, busy_until_ms) + QUIET_MS) await pause(50)
    return { lcp_ms, interactive_ms: Math.max(shown_ms, busy_until_ms) }
  },
  /** The time of each interaction since the last call. Those that browsers do not tell are not among them. */
  async interactions() {
    await pause(QUIET_MS)
    const durations_ms = [...interactions.values()]
    interactions = new Map()
    return durations_ms
  },
  /** Scrolls by `step_px` a frame. @returns milliseconds between frames */
  async scroll(selector: string, { frames, step_px }: { readonly frames: number; readonly step_px: number }) {
    const place = document.querySelector(selector)!
    place.scrollTop = 0
    const durations_ms: number[] = []
    let last_ms = await nextFrame()
    for (let frame = 0; frame < frames; frame++) {
      place.scrollTop += step_px
      const now_ms = await nextFrame()
      durations_ms.push(now_ms - last_ms)
      last_ms = now_ms
    }
    return { durations_ms, reached_px: place.scrollTop }
  },
}

Object.assign(globalThis, { probe })
