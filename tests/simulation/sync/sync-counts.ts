/** How often what the rules are for has really happened. */
export interface SyncCounts {
  pushes: number
  applied: number
  merged: number
  duplicates: number
  conflicts: number
  invalid: number
  depending: number
  retries: number
  forks: number
  /** Of all pushes. */
  waves_max: number
  late_copies: number
  crashes_of_devices: number
  pulls: number
  resets: number
  /** Resets that did not end with the page that began them. */
  open_resets: number
  /** Increments that did not. */
  open_increments: number
  /** Deletions that a reset brought, for they were made after it had begun. */
  tombstones_in_resets: number
  /** Resets of what a device held in the same epoch, while deletions were purged. */
  floor_resets: number
  purged: number
  /** Purges while a device had read a part of what changed before them. */
  purges_in_open_increments: number
  epochs: number
  removed: number
  rewrites: number
  copies: number
  changes_by_others: number
}

export function newSyncCounts(): SyncCounts {
  return {
    pushes: 0,
    applied: 0,
    merged: 0,
    duplicates: 0,
    conflicts: 0,
    invalid: 0,
    depending: 0,
    retries: 0,
    forks: 0,
    waves_max: 0,
    late_copies: 0,
    crashes_of_devices: 0,
    pulls: 0,
    resets: 0,
    open_resets: 0,
    open_increments: 0,
    tombstones_in_resets: 0,
    floor_resets: 0,
    purged: 0,
    purges_in_open_increments: 0,
    epochs: 0,
    removed: 0,
    rewrites: 0,
    copies: 0,
    changes_by_others: 0,
  }
}
