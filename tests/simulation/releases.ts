import type { Edit } from './build.ts'

/**
 * The release after this one. It has a column more (fleet.ts gives it the schema) and writes a key-value into the footer
 * that this one has never heard of.
 */
export const NEXT_RELEASE: readonly Edit[] = [
  {
    file: 'shared/table/object/footer.ts',
    from: 'export const WRITER_RELEASE = 1',
    to: 'export const WRITER_RELEASE = 2',
  },
  {
    file: 'shared/table/object/footer.ts',
    from: '    ...footer.unknown,\n',
    to: "    ...footer.unknown,\n    ['next_release', String(footer.rev)],\n",
  },
]

/** The same, had it to keep this release from writing what it has written. */
export const NEXT_RELEASE_ALONE: readonly Edit[] = [
  ...NEXT_RELEASE,
  {
    file: 'shared/table/object/footer.ts',
    from: 'export const OLDEST_WRITER_BESIDE = 1',
    to: 'export const OLDEST_WRITER_BESIDE = 2',
  },
]

/** The release before rows had a history: it leaves the column as it finds it, as it would any that it does not know. */
export const OLDER_RELEASE: readonly Edit[] = [
  {
    file: 'shared/table/commit/evaluate.ts',
    from: '    if (!this.#schema.history) return row\n',
    to: '    if (true) return { ...row, [HISTORY_COLUMN]: current?.[HISTORY_COLUMN] ?? null }\n',
  },
]

/** What the histories are told when they run it. */
export const WITH_OLDER_RELEASE: readonly Edit[] = [
  {
    file: 'tests/simulation/run-history.ts',
    from: 'HAS_OLDER_RELEASE = false',
    to: 'HAS_OLDER_RELEASE = true',
  },
]
