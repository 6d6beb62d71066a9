import type { Clock } from '#shared/base/clock.ts'
import { type IdleOptions, inIdleMoments, inSteps } from '../base/in-steps.ts'
import type { Shown } from '../store/records.ts'
import { searchedText } from './searched-text.ts'

/**
 * Audiences are parsed when somebody looks into them. Ten thousand of them would keep a slow device from answering for two
 * seconds: a page that looks into all of them has them read first, in steps between which it answers.
 */

type Audiences = readonly Shown<'audience'>[]

/** So many are read within one frame. */
const FEW = 200
/** Half a frame. */
const STEP_MS = 8

const read = new WeakSet<Shown<'audience'>>()
/** Lists that `isAllRead` is known of. */
const all_read = new WeakSet<Audiences>()
const readings = new WeakMap<Audiences, Promise<void>>()

/** Whether no more than a few of them are still to be read. */
export function isAllRead(all: Audiences): boolean {
  if (all_read.has(all)) return true
  let left = 0
  for (const audience of all) if (!read.has(audience) && ++left > FEW) return false
  all_read.add(all)
  return true
}

/** Reads them while nobody waits for it; `readAll` does not wait for idle moments to read the others. */
export function readAhead(all: Audiences, options: Omit<IdleOptions, 'step_ms'>): Promise<void> {
  return inIdleMoments(eachRead(all), { ...options, step_ms: STEP_MS })
}

/** Reads them, in steps. */
export function readAll(all: Audiences, clock: Clock): Promise<void> {
  const begun = readings.get(all)
  if (begun) return begun
  const reading = inSteps(eachRead(all), clock, undefined, STEP_MS).then(() => undefined)
  readings.set(all, reading)
  return reading
}

function* eachRead(all: Audiences): Generator<void, void> {
  for (const audience of all) {
    if (!read.has(audience)) searchedText(audience.record)
    read.add(audience)
    yield
  }
}
