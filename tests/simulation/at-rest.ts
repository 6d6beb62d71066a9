import { MINUTE_MS } from '#shared/base/durations.ts'
import { checkAvailability } from './availability.ts'
import type { Fleet } from './fleet.ts'
import type { Release } from './instance.ts'
import { checkHistory } from './invariants.ts'
import type { worldOf } from './world.ts'

/** The store fails nobody for so long: then everybody is answered. */
const HEALTHY_MS = 30_000
/** By then every late write has landed, and every instance has gone on. */
const SETTLED_MS = 15 * MINUTE_MS
/** Nobody waits longer than minutes; an hour means that something goes round in circles. */
const ANSWERED = { limit_ms: 60 * MINUTE_MS }

/**
 * The end of a history: the store is well, everybody is answered, and once nothing is under way any more what is stored is
 * checked. @returns the table of a fresh instance of each release
 */
export async function checkAtRest(
  { random, clock, profile, history }: ReturnType<typeof worldOf>,
  fleet: Fleet,
  releases: readonly Release[],
) {
  profile.clear()
  const running = fleet.calm()
  await clock.advance(HEALTHY_MS)
  await clock.run(() => checkAvailability({ history, fleet, random }, running), ANSWERED)
  await clock.advance(SETTLED_MS)
  const fresh = releases.map((release) => fleet.startFresh(release).table)
  await clock.run(() => checkHistory(history, fresh))
  return fresh
}
