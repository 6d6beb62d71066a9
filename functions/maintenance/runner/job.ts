import type { TopFolder, UserFolder } from '#shared/table/read/user-folders.ts'

export const JOB_NAMES = ['dispatch', 'retention', 'purge', 'integrity', 'metrics', 'reencrypt'] as const
export type JobName = (typeof JOB_NAMES)[number]

/** Numbers that add up, by name. */
export interface Sums {
  [name: string]: number | Sums
}

/** One line of a job's report. `user_id` and the names of objects leave the process only as hashes. */
export interface ReportItem {
  readonly user_id?: string | undefined
  readonly [field: string]: string | number | undefined
}

export interface ReportLine {
  readonly severity: 'INFO' | 'WARNING' | 'ERROR'
  readonly event: string
  readonly message: string
}

/** One user whom a job processes. */
export interface UserTask<S extends Sums> {
  readonly user_id: string
  readonly folder: UserFolder
  /** Where the job adds up what it did. */
  readonly sums: S
  /** The job must change nothing. */
  readonly dry_run: boolean
  /** Adds to the report. */
  readonly report: (item: ReportItem) => void
}

/**
 * What is done for every user, one after another. Each step is a decision over the record as it then is, so processing a
 * user again, after a crash or because two instances do it, changes nothing more.
 */
export interface Job<S extends Sums = Sums> {
  readonly name: JobName
  readonly top_folders: readonly TopFolder[]
  begin(): S
  processUser(task: UserTask<S>): Promise<void>
  /** Called with the names of objects that belong to nobody. */
  strays?(names: readonly string[], task: Pick<UserTask<S>, 'sums' | 'report'>): void
  /** The log line that an item makes; its fields follow. */
  line?(item: ReportItem): ReportLine | undefined
  /** What the report keeps of its items; without it the first ones. */
  digest?(items: readonly ReportItem[]): readonly ReportItem[]
  /** Called when a scheduled run has processed every user. */
  onFinished?(sums: S, report: readonly ReportItem[]): void
}

/** Adds `more` to `sums`, name by name. */
export function addUp(sums: Sums, more: Sums): void {
  for (const [name, value] of Object.entries(more)) {
    const before = sums[name]
    if (typeof value === 'number') sums[name] = (typeof before === 'number' ? before : 0) + value
    else addUp((sums[name] = typeof before === 'object' ? before : {}), value)
  }
}
