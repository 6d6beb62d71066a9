/** Branches of one file that no history takes, and why. */
export interface NotReached {
  /** In `shared/table`. */
  readonly file: string
  /** As they are printed, without their lines. */
  readonly branches: readonly string[]
  /** What it defends against, or which test takes it. */
  readonly why: string
}

const FAULT_OF_OURS = 'only a fault of ours throws anything else: it goes on unchanged, for the edge to answer as one'

export const NOT_REACHED: readonly NotReached[] = [
  {
    file: 'commit/commit.ts',
    branches: ['!(error instanceof StoreError) holds'],
    why: FAULT_OF_OURS,
  },
  {
    file: 'commit/group-commit.ts',
    branches: ['before < queue.length && this.#clock.monotonicMs() < until_m stops'],
    why: 'it is taken: V8 does not count how often the condition of a loop is asked',
  },
  {
    file: 'commit/writes.ts',
    branches: [
      "error instanceof Problem && error.members['outcome'] === 'un stops",
      "problem instanceof Problem && problem.members['outcome'] === stops",
    ],
    why: FAULT_OF_OURS,
  },
  {
    file: 'commit/writes.ts',
    branches: ["outcome.kind === 'pushed' holds", "outcome.kind !== 'pushed' holds"],
    why: 'a programming error: evaluate answers each change as what it is',
  },
  {
    file: 'object/failures.ts',
    branches: ['error instanceof Problem && error.cause instanceof StoreErro stops'],
    why: FAULT_OF_OURS,
  },
  {
    file: 'object/footer.ts',
    branches: ['commits.at(-1)?.time_ms ?? 0 goes on'],
    why: 'every commit leaves its mark; an object without any is made by hand, and tests/table/integrity.test.ts finds it',
  },
  {
    file: 'object/row-history.ts',
    branches: ['!entry && !past holds', 'is_continued fails'],
    why: 'each change here is one that users see; those of the server alone behind an older release: tests/table/history.test.ts',
  },
  {
    file: 'read/change-feed.ts',
    branches: [
      "error instanceof Problem && error.kind === 'unavailable' fails",
      "error instanceof Problem && error.kind === 'unavailable' stops",
      "!(error instanceof Problem && error.kind === 'unavailable') holds",
    ],
    why: FAULT_OF_OURS,
  },
  {
    file: 'read/fold.ts',
    branches: ['!column holds'],
    why: 'a programming error: a fold names the columns that it looks at',
  },
  {
    file: 'read/listing.ts',
    branches: ['!column holds'],
    why: 'a programming error: a filter names the columns that it looks at',
  },
  {
    file: 'read/listing.ts',
    branches: ['position && run.length < RUN_ROWS stops'],
    why: 'it is taken: V8 does not count how often the condition of a loop is asked',
  },
  {
    file: 'recovery/integrity.ts',
    branches: ['!(error instanceof CorruptFile) holds'],
    why: FAULT_OF_OURS,
  },
  {
    file: 'recovery/new-epoch.ts',
    branches: ['error instanceof CorruptObject fails'],
    why: 'an operator who is answered neither by a PUT nor by the reads behind it is rare: tests/table/new-epoch.test.ts',
  },
  {
    file: 'recovery/restore.ts',
    branches: ['a.id < b.id holds'],
    why: 'notes that were created in one millisecond are rare: tests/table/restore.test.ts',
  },
  {
    file: 'recovery/restore.ts',
    branches: ['restored[name] ?? null goes on'],
    why: 'rules that leave a column out, as those of kinds with secrets may: tests/table/restore.test.ts',
  },
]
