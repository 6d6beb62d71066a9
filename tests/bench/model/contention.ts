/**
 * Saves of one object, sent simultaneously to several instances: when the last one is stored and how many PUTs it takes. The
 * arithmetic of MODEL.md as functions: no chance, no clock, no table.
 */

/** What the commit protocol (shared/table/commit/commit.ts, group-commit.ts) and the store's write limit say. */
export interface Protocol {
  /** Between two changes of one name, as the store has it. */
  readonly write_interval_ms: number
  /** Full jitter after a 429: uniform up to base, doubling, up to cap. */
  readonly backoff_base_ms: number
  readonly backoff_cap_ms: number
  readonly attempts_max: number
  readonly deadline_ms: number
  /** How long a refused caller waits before it repeats. */
  readonly retry_after_ms: number
  /** A crowd's batch waits so long for more. */
  readonly crowd_pause_ms: number
  readonly crowd_operations: number
  readonly batch_operations: number
}

const PROTOCOL: Protocol = {
  write_interval_ms: 1000,
  backoff_base_ms: 1000,
  backoff_cap_ms: 3000,
  attempts_max: 8,
  deadline_ms: 20_000,
  retry_after_ms: 2000,
  crowd_pause_ms: 20,
  crowd_operations: 4,
  batch_operations: 2000,
}

export interface Burst {
  readonly saves: number
  /** Each save belongs to one of them; as many saves each. */
  readonly users: number
  readonly instances: number
  readonly put_ms: number
  readonly get_ms: number
  /** PUT of an object that was not there yet; default: like any other. */
  readonly create_ms?: number
}

export interface BurstPrediction {
  /** Until the last save of the last user is stored. */
  readonly completion_ms: number
  readonly puts: number
  /** Of these, how many the store accepts. */
  readonly commits: number
}

/** Resolution of the landing times. */
const BIN_MS = 25
const HORIZON_MS = 150_000

/**
 * One batch per instance and user, of which the store takes one per second: the others get 429, wait with jitter
 * and try again. The distribution of each landing time follows from that of the one before.
 */
export function predictBurst(
  { saves, users, instances, put_ms, get_ms, create_ms = put_ms }: Burst,
  protocol = PROTOCOL,
): BurstPrediction {
  const saves_each = saves / users
  const writers = Math.min(instances, saves_each)
  const batches = writers * Math.ceil(saves_each / writers / protocol.batch_operations)
  const is_crowd = saves_each / writers >= protocol.crowd_operations
  const first_landing_ms = (is_crowd ? protocol.crowd_pause_ms : 0) + get_ms + create_ms / 2

  const retry_cost_ms = get_ms + put_ms / 2
  const timetable = attemptTimetable(retry_cost_ms, protocol)
  let landing = new Float64Array(HORIZON_MS / BIN_MS)
  landing[0] = 1
  let puts = batches
  for (let waiting = batches - 1; waiting > 0; waiting--) {
    const next = new Float64Array(landing.length)
    for (let bin = 0; bin < landing.length; bin++) {
      const share = landing[bin]!
      if (share < 1e-9) continue
      const open_ms = bin * BIN_MS + protocol.write_interval_ms
      const spread_ms = timetable.spreadAt(open_ms)
      const gap_ms = (2 * spread_ms) / (2 * waiting + 1)
      puts += share * waiting * (timetable.attemptsBy(open_ms + gap_ms) - timetable.attemptsBy(bin * BIN_MS))
      landAfter(next, share, { open_ms, waiting, spread_ms })
    }
    landing = next
  }
  return {
    completion_ms: first_landing_ms + latestOf(landing, users) + (batches > 1 ? put_ms : create_ms) / 2,
    puts: puts * users,
    commits: batches * users,
  }
}

/**
 * Adds the time of the first attempt after the gate opens: the least of `waiting` residual waits. A wait that is
 * uniform up to 2 × spread leaves a residual whose survival is (1 − x / (2 × spread))².
 */
function landAfter(
  next: Float64Array,
  share: number,
  { open_ms, waiting, spread_ms }: { open_ms: number; waiting: number; spread_ms: number },
): void {
  const longest_ms = 2 * spread_ms
  let before = 1
  for (let gap_ms = BIN_MS; before > 0; gap_ms += BIN_MS) {
    const after = gap_ms >= longest_ms ? 0 : (1 - gap_ms / longest_ms) ** (2 * waiting)
    const bin = Math.min(next.length - 1, Math.round((open_ms + gap_ms - BIN_MS / 2) / BIN_MS))
    next[bin]! += share * (before - after)
    before = after
  }
}

export interface StreamPrediction {
  /** Between two commits. */
  readonly cycle_ms: number
  /** From a save's arrival to its answer, in the mean. */
  readonly duration_ms: number
  readonly puts_per_commit: number
}

/**
 * One user's saves that keep arriving at one instance. The second batch gets 429; from then on each leaves a second
 * or two after the one before was answered, with all that has gathered.
 */
export function predictStream({ put_ms }: { put_ms: number }, protocol = PROTOCOL): StreamPrediction {
  const cycle_ms = 1.5 * protocol.write_interval_ms + put_ms
  // Half a cycle until its batch is taken, and the PUT.
  return { cycle_ms, duration_ms: cycle_ms / 2 + put_ms, puts_per_commit: 1 }
}

/** How far a waiting instance's attempts lie apart as time passes, and how many it has made: in the mean. */
function attemptTimetable(retry_cost_ms: number, protocol: Protocol) {
  const { backoff_base_ms, backoff_cap_ms, attempts_max, deadline_ms, retry_after_ms } = protocol
  /** When each attempt is made, and the time to the next one. */
  const attempts: { at_ms: number; spread_ms: number }[] = []
  for (let at_ms = 0; at_ms < HORIZON_MS;) {
    const start_ms = at_ms
    for (let attempt = 1; attempt <= attempts_max && at_ms - start_ms <= deadline_ms; attempt++) {
      const spread_ms = Math.min(backoff_cap_ms, backoff_base_ms * 2 ** (attempt - 1)) / 2 + retry_cost_ms
      attempts.push({ at_ms, spread_ms })
      at_ms += spread_ms
    }
    at_ms += retry_after_ms
  }
  const indexAt = (time_ms: number): number => attempts.findLastIndex(({ at_ms }) => at_ms <= time_ms)
  return {
    spreadAt: (time_ms: number): number => attempts[indexAt(time_ms)]!.spread_ms,
    attemptsBy: (time_ms: number): number => {
      const index = indexAt(time_ms)
      const { at_ms, spread_ms } = attempts[index]!
      return index + Math.min(1, (time_ms - at_ms) / spread_ms)
    },
  }
}

/** Mean of the latest of `count` independent times of this distribution. */
function latestOf(distribution: Float64Array, count: number): number {
  let cumulated = 0
  let mean_ms = 0
  let before = 0
  distribution.forEach((share, bin) => {
    cumulated += share
    const by_now = Math.min(1, cumulated) ** count
    mean_ms += (by_now - before) * bin * BIN_MS
    before = by_now
  })
  return mean_ms
}
