import { LISTS_PER_POLL, type PollingCost, pollingCost, pollsPerHour } from './polling.ts'
import { PRICES } from './prices.ts'

/**
 * How many requests, instances, objects and pages so many users make, and which limit they meet first. Users who know
 * nothing of each other share no object, so all of it is multiplication. MODEL.md names the sources of the limits.
 */

/** What one user does. Assumed, not measured: the old papers name no figures. */
export interface Profile {
  /** Share of all users who are at work in the busiest hour. */
  readonly active_share: number
  /** Of one active user in that hour. */
  readonly saves: number
  readonly gets: number
  readonly pages: number
  /** Saves and tests of credentials: one call of Cloud KMS each. */
  readonly credential_calls: number
  /** Objects that a user leaves behind per month, and bytes of each. */
  readonly objects_per_month: number
  readonly object_bytes: number
}

/** What each is assumed to do. */
export const PROFILE: Profile = {
  active_share: 0.1,
  saves: 6,
  gets: 6,
  pages: 12,
  credential_calls: 0.1,
  objects_per_month: 2,
  object_bytes: 11_000,
}

export interface Deployment {
  readonly get_ms: number
  readonly put_ms: number
  /** Requests that one instance takes simultaneously. */
  readonly concurrency: number
  /** CPU of one request, of one core; measured by `npm run bench -- load`. */
  readonly cpu_ms: number
  /** Share of a core that is meant to be used. */
  readonly cpu_share: number
  readonly cache_bytes: number
  readonly months_kept: number
}

const DEPLOYMENT: Deployment = {
  get_ms: 30,
  put_ms: 500,
  concurrency: 80,
  cpu_ms: 4,
  cpu_share: 0.6,
  cache_bytes: 128 * 1024 * 1024,
  months_kept: 24,
}

/** As documented; MODEL.md says where. */
const LIMITS = {
  bucket_writes_per_s: 1000,
  bucket_reads_per_s: 5000,
  ramp_doubling_min: 20,
  kms_calls_per_s: 1000,
  list_page_objects: 1000,
  /** What one call of dispatch has for its users' turns (functions/maintenance/runner/calls.ts). */
  dispatch_call_ms: 16_000,
  bigquery_files: 10_000_000,
} as const

const MINUTES_PER_MONTH = 30 * 24 * 60

export interface Fleet extends PollingCost {
  /** Polls are counted apart, here and in the store's rates. */
  readonly requests_per_s: number
  readonly writes_per_s: number
  /** GETs and LISTs. */
  readonly reads_per_s: number
  /** Until the bucket gives that rate, from its initial one. */
  readonly ramp_min: number
  readonly in_flight: number
  readonly instances: number
  /** Of an instance's cache, that the months of its active users take; above 1 some are read again. */
  readonly cache_use: number
  readonly kms_calls_per_s: number
  /** Idle pulls, to instances of their own, and their LISTs. */
  readonly polls_per_s: number
  readonly poll_lists_per_s: number
  readonly poll_instances: number
  /** After `months_kept`. */
  readonly objects: number
  /** Pages of one run of dispatch, one after another. */
  readonly dispatch_pages: number
  readonly dispatch_listing_ms: number
  /** Each page is a class A operation, once a minute. */
  readonly dispatch_dollars_per_month: number
}

export function fleetOf(users: number, profile = PROFILE, deployment = DEPLOYMENT): Fleet {
  const { get_ms, put_ms, concurrency, cpu_ms, cpu_share, cache_bytes, months_kept } = deployment
  const active = users * profile.active_share
  const perSecond = (each: number): number => (active * each) / 3600
  const requests_per_s = perSecond(profile.saves + profile.gets + profile.pages)
  const in_flight = (perSecond(profile.saves) * put_ms + perSecond(profile.gets + profile.pages) * get_ms) / 1000
  const instancesFor = (simultaneous: number, per_s: number): number =>
    Math.ceil(Math.max(1, simultaneous / concurrency, (per_s * cpu_ms) / 1000 / cpu_share))
  const instances = instancesFor(in_flight, requests_per_s)
  const expected = predictIndependent({ saves_each: profile.saves, instances })
  const writes_per_s = perSecond(expected.puts)
  // A page reads the newest month again unless this instance saw it last.
  const reads_per_s = perSecond(expected.gets + profile.gets + profile.pages * (2 - 1 / instances))
  const polls_per_s = perSecond(pollsPerHour())
  const poll_lists_per_s = polls_per_s * LISTS_PER_POLL
  const objects = users * profile.objects_per_month * months_kept
  // Distributions are half of a user's monthly objects; platforms are one object per user.
  const dispatch_pages = Math.ceil((objects / 2 + users) / LIMITS.list_page_objects)
  const longest_pages = Math.ceil(objects / 2 / LIMITS.list_page_objects)
  return {
    requests_per_s,
    writes_per_s,
    reads_per_s,
    ramp_min:
      LIMITS.ramp_doubling_min *
      Math.max(
        0,
        Math.log2(writes_per_s / LIMITS.bucket_writes_per_s),
        Math.log2((reads_per_s + poll_lists_per_s) / LIMITS.bucket_reads_per_s),
      ),
    in_flight,
    instances,
    // Every request goes to any instance, so each instance caches the months of all users.
    cache_use: (active * Math.min(1, 24 / instances) * profile.object_bytes) / cache_bytes,
    kms_calls_per_s: perSecond(profile.credential_calls),
    polls_per_s,
    poll_lists_per_s,
    poll_instances: instancesFor((polls_per_s * get_ms) / 1000, polls_per_s),
    ...pollingCost(users, profile.active_share),
    objects,
    dispatch_pages,
    dispatch_listing_ms: longest_pages * get_ms,
    dispatch_dollars_per_month: dispatch_pages * MINUTES_PER_MONTH * PRICES.class_a,
  }
}

export interface IndependentPrediction {
  readonly puts: number
  readonly gets: number
  readonly conflicts: number
}

/**
 * One user's saves, far apart, each to a random instance. The instance that made the last one knows the generation;
 * one that made an earlier one believes it does, and pays with a conflict; any other reads first.
 */
export function predictIndependent({
  saves_each,
  instances,
}: {
  saves_each: number
  instances: number
}): IndependentPrediction {
  let conflicts = 0
  let cold = 0
  for (let save = 0; save < saves_each; save++) {
    const never_here = (1 - 1 / instances) ** save
    cold += never_here
    conflicts += save === 0 ? 0 : 1 - never_here - 1 / instances
  }
  return { puts: saves_each + conflicts, gets: cold + conflicts, conflicts }
}

/** The most users within each limit, the tightest first. */
export function firstLimits(): { what: string; users: number }[] {
  const within = (isWithin: (fleet: Fleet, users: number) => boolean): number => {
    let [least, most] = [1, 1e9]
    while (most / least > 1.001) {
      const middle = Math.sqrt(least * most)
      if (isWithin(fleetOf(Math.round(middle)), middle)) least = middle
      else most = middle
    }
    return least
  }
  return [
    {
      what: 'dispatch: every user has a turn each minute',
      users: within((fleet) => fleet.dispatch_listing_ms <= LIMITS.dispatch_call_ms),
    },
    {
      what: 'BigQuery: 10 M files behind one table',
      users: within(({ objects }) => objects / 2 <= LIMITS.bigquery_files),
    },
    {
      what: 'bucket: 1000 writes/s simultaneously',
      users: within((fleet) => fleet.writes_per_s <= LIMITS.bucket_writes_per_s),
    },
    {
      what: 'bucket: 5000 reads/s, polls included',
      users: within((fleet) => fleet.reads_per_s + fleet.poll_lists_per_s <= LIMITS.bucket_reads_per_s),
    },
    { what: 'Cloud KMS: 1000 calls/s', users: within((fleet) => fleet.kms_calls_per_s <= LIMITS.kms_calls_per_s) },
  ].toSorted((a, b) => a.users - b.users)
}
