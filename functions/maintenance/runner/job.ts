import type { Shelf, UserFolder } from '#shared/table/read/user-folders.ts'

export const JOB_NAMES = ['dispatch', 'retention', 'purge', 'integrity', 'metrics', 'reencrypt'] as const
export type JobName = (typeof JOB_NAMES)[number]

export const DAY_MS = 24 * 60 * 60 * 1000

/** Numbers that add up, by name. */
export interface Sums {
  [name: string]: number | Sums
}

/** One line of a job's report. `user_id` and the names of objects leave the process only as hashes. */
export interface Item {
  readonly user_id?: string | undefined
  readonly [field: string]: string | number | undefined
}

export interface Line {
  readonly severity: 'INFO' | 'WARNING' | 'ERROR'
  readonly event: string
  readonly message: string
}

export interface Turn<S extends Sums> {
  readonly user_id: string
  readonly folder: UserFolder
  /** What is done is added to it. */
  readonly sums: S
  /** Nothing is to be changed. */
  readonly dry_run: boolean
  /** Adds to the report. */
  readonly tell: (item: Item) => void
}

/**
 * What is done to every user in turn. Each step is a decision over the record as it then is, so a turn that is repeated,
 * after a crash or because two instances have it, does nothing more.
 */
export interface Job<S extends Sums = Sums> {
  readonly name: JobName
  readonly shelves: readonly Shelf[]
  begin(): S
  turn(turn: Turn<S>): Promise<void>
  /** Told of objects that belong to nobody. */
  strays?(names: readonly string[], turn: Pick<Turn<S>, 'sums' | 'tell'>): void
  /** The log line that an item makes; its fields follow. */
  line?(item: Item): Line | undefined
  /** What the report keeps of its items; without it the first ones. */
  digest?(items: readonly Item[]): readonly Item[]
  /** When every user of a scheduled run had a turn. */
  finished?(sums: S, report: readonly Item[]): void
}

/** Adds `more` to `sums`, name by name. */
export function addUp(sums: Sums, more: Sums): void {
  for (const [name, value] of Object.entries(more)) {
    const before = sums[name]
    if (typeof value === 'number') sums[name] = (typeof before === 'number' ? before : 0) + value
    else addUp((sums[name] = typeof before === 'object' ? before : {}), value)
  }
}
