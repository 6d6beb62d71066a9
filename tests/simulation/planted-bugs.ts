import type { Edit } from './build.ts'

/** A mistake that this code could have, and the sentence with which the simulation must find it. */
export interface PlantedBug {
  readonly title: string
  readonly edits: readonly Edit[]
  readonly found_as: RegExp
}

const TWICE =
  /was carried out in 2 notes|was changed twice by one request|was (refused|unmade) and carried out|although its key was known|was refused as conflict: exists/
const FORGOTTEN_KEY = /forgot a key|although its key was known/
const STALE_REFUSAL = /did not find|was refused at version/
const LOST = /lost note_|lost a change at revision|is gone|as what it never became/

/** Of the commit protocol. */
export const COMMIT_BUGS: readonly PlantedBug[] = [
  {
    title: 'no commit ids: a conflict after a lost answer is always taken for somebody else’s',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: 'if (hasLanded(next, landed.snapshot)) {',
        to: 'if (false) {',
      },
    ],
    found_as: TWICE,
  },
  {
    title: 'commit ids that are forgotten with the next commit, and missed by nobody',
    edits: [
      { file: 'shared/table/object/footer.ts', from: 'const COMMITS_KEPT = 12', to: 'const COMMITS_KEPT = 1' },
      { file: 'shared/table/object/footer.ts', from: 'return rev - earlier_rev >= COMMITS_KEPT', to: 'return false' },
    ],
    // A creation that had landed finds its own note.
    found_as: /was carried out in 2 notes|was refused and carried out|was refused as conflict: exists/,
  },
  {
    title: 'client retries left on: a write that the client library repeats by itself reports a false conflict',
    edits: [
      {
        file: 'tests/simulation/mortal.ts',
        from: 'write: (...call) => alive(() => store.write(...call)),',
        to: 'write: (...call) => alive(() => store.write(...call).catch(() => store.write(...call))),',
      },
    ],
    found_as: TWICE,
  },
  {
    title: 'an unanswered write is decided again instead of sent again as it was',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: "if (!was_unanswered) return { result: { kind: 'throttled' }, was_unanswered }",
        to: "return { result: { kind: 'throttled' }, was_unanswered: false }",
      },
    ],
    found_as: TWICE,
  },
  {
    title: 'no re-evaluation after a conflict: the same bytes go out under the fresh generation',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: '  for (;;) {\n    const { effect',
        to: '  let once\n  for (;;) {\n    const { effect',
      },
      {
        file: 'shared/table/commit/commit.ts',
        from: '= await prepare(dependencies, object, view.snapshot, batch)',
        to: '= (once ??= await prepare(dependencies, object, view.snapshot, batch))',
      },
    ],
    found_as: /went from revision|lost note_|lost a change/,
  },
  {
    title: 'no precondition: the last writer wins',
    edits: [
      {
        file: 'tests/simulation/memory-object-store.ts',
        from: "if (live !== options.if_generation) return { kind: 'conflict' }",
        to: '',
      },
    ],
    found_as: /went from revision|lost note_|lost a change|although its key was known/,
  },
  {
    title: 'acknowledgement before the PUT',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: 'const { result, was_unanswered } = await attempts.send(name, next, view.snapshot.generation)',
        to: `attempts.send(name, next, view.snapshot.generation).catch(() => undefined)
             return effect.outcomes
             let result, was_unanswered`,
      },
    ],
    found_as: /is gone|as what it never became|known at version|although its key was known/,
  },
  {
    title: 'a refusal from a cache that was not validated',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: 'if (view.is_proven) return effect.outcomes',
        to: 'return effect.outcomes',
      },
    ],
    found_as: STALE_REFUSAL,
  },
  {
    title: 'every waiting request gets the outcome of the first of its batch',
    edits: [
      {
        file: 'shared/table/commit/group-commit.ts',
        from: 'outcomes.splice(0, changes.length)',
        to: 'changes.map(() => outcomes[0]!)',
      },
    ],
    found_as: /was acknowledged (for|without|and is gone)|was refused/,
  },
]

/** Of the idempotency ledger. */
export const LEDGER_BUGS: readonly PlantedBug[] = [
  {
    title: 'a purge that empties the ledger',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: 'ledger: base.footer.ledger.with(effect.ledger_entries, now_ms)',
        to: 'ledger: effect.purges.floor > 0 ? Ledger.EMPTY : base.footer.ledger.with(effect.ledger_entries, now_ms)',
      },
      {
        file: 'shared/table/commit/commit.ts',
        from: 'import type { WritePacer }',
        to: "import { Ledger } from '../object/ledger.ts'\nimport type { WritePacer }",
      },
    ],
    found_as: FORGOTTEN_KEY,
  },
  {
    title: 'no ledger',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'if (entry) return replay(entry, body_hash, this.#currentOf(entry.id))',
        to: '',
      },
    ],
    found_as: TWICE,
  },
  {
    title: 'the ledger as the last request only',
    edits: [
      {
        file: 'shared/table/object/ledger.ts',
        from: 'new Ledger([...kept, ...added])',
        to: 'new Ledger(added.length > 0 ? added.slice(-1) : kept)',
      },
    ],
    found_as: FORGOTTEN_KEY,
  },
  {
    title: 'early eviction: the ledger keeps the newest two whatever their age',
    edits: [
      {
        file: 'shared/table/object/ledger.ts',
        from: 'new Ledger([...kept, ...added])',
        to: 'new Ledger([...kept, ...added].slice(-2))',
      },
    ],
    found_as: FORGOTTEN_KEY,
  },
  {
    title: 'no reservation at a month’s end: the month before is only looked at',
    edits: [
      {
        file: 'shared/table/commit/month-boundary.ts',
        from: 'may_still_grow: age_ms < LANDS_WITHIN_MS',
        to: 'may_still_grow: false',
      },
    ],
    found_as: TWICE,
  },
  {
    title: 'the month before is neither written nor asked',
    edits: [
      {
        file: 'shared/table/commit/month-boundary.ts',
        from: 'if (age_ms >= ASKED_FOR_MS) return undefined',
        to: 'return undefined',
      },
    ],
    found_as: TWICE,
  },
]

/** Of where records are, and of reading them. */
export const PLACE_BUGS: readonly PlantedBug[] = [
  {
    title: 'roll-over: a record whose object is contended goes to the next one',
    edits: [
      {
        file: 'shared/table/commit/writes.ts',
        from: '      const problem = asProblem(error, this.#dependencies.events)\n      throw problem instanceof',
        to: `      const problem = asProblem(error, this.#dependencies.events)
             const next = { ...object, month: '202507', name: objectName(this.#schema, user_id, '202507') }
             if (month !== '') return decidedOutcome((await this.#group_commit.submit(user_id, next, [mutation]))[0]!)
             throw problem instanceof`,
      },
    ],
    found_as:
      /is not at home|is stored twice|was carried out in 2 notes|did not find|although its key was known|belongs in another month/,
  },
  {
    title: 'the month taken from now instead of from the id',
    edits: [
      {
        file: 'shared/table/read/lookups.ts',
        from: 'const month = monthOfId(this.#schema, id)\n    if',
        to: `const month = this.#schema.partitioned_by === 'user' ? '' : monthOf(this.#dependencies.clock.nowMs())\n    if`,
      },
      { file: 'shared/table/read/lookups.ts', from: 'import { monthOfId,', to: 'import { monthOf, monthOfId,' },
    ],
    found_as: /is stored twice|did not find|is not at home|then seen at 0/,
  },
  {
    title: 'a cursor of time alone: of notes made in the same millisecond the next page has none',
    edits: [
      {
        file: 'shared/table/read/listing.ts',
        from: 'return a.id === b.id ? 0 : a.id > b.id ? -1 : 1',
        to: 'return 0',
      },
    ],
    found_as: /then seen at 0|is not shown what is stored/,
  },
  {
    title: 'a page from the cache, whatever generation the list names',
    edits: [
      {
        file: 'shared/table/object/snapshot-cache.ts',
        from: 'if (cached?.generation === listing.generation) {',
        to: 'if (cached) {',
      },
    ],
    found_as: /was known at version/,
  },
  {
    title: 'a get from the cache without asking the store',
    edits: [
      {
        file: 'shared/table/object/snapshot-cache.ts',
        from: 'if (cached) return await this.#read(schema, name, cached)',
        to: 'if (cached) return cached',
      },
    ],
    found_as:
      /was known at version|did not find|was refused at version|went from revision|unmade and carried out|by a healthy store/,
  },
  {
    title: 'ranges of whatever generation is there',
    edits: [
      {
        file: 'shared/table/object/snapshot-cache.ts',
        from: 'this.#store.readRange(name, { start, end }, { generation })',
        to: 'this.#store.readRange(name, { start, end })',
      },
    ],
    found_as: /was called corrupt/,
  },
  {
    title: 'a merge of small row groups that forgets the last of them',
    edits: [
      {
        file: 'shared/table/object/layout.ts',
        from: 'const small = groups.splice(first_small)',
        to: 'const small = groups.splice(first_small).slice(0, -1)',
      },
    ],
    found_as: LOST,
  },
  {
    title: 'no floor: a purge leaves no sign that there was something',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: 'Math.max(base.footer.floor, effect.purges.floor)',
        to: 'base.footer.floor',
      },
    ],
    found_as: /does not show that .* was purged/,
  },
  {
    title: 'purged ids that are forgotten: what was deleted is created again',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'if (is_purged && !decision.revives) return refused(usedUp())',
        to: '',
      },
    ],
    found_as: /came back after it was purged/,
  },
  {
    title: 'a purge that keeps the row it has used up the id of',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'this.#written.set(id, { row: undefined, replaces: place })',
        to: 'this.#written.set(id, { row: current, replaces: place })',
      },
    ],
    found_as: /is there and purged/,
  },
  {
    title: 'a new epoch with every commit',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: 'base.generation === NO_OBJECT ? randomMark(random) : base.footer.epoch',
        to: 'randomMark(random)',
      },
    ],
    found_as: /changed its epoch/,
  },
]

/** Of the past of rows. */
export const HISTORY_BUGS: readonly PlantedBug[] = [
  {
    title: 'the entry of an attempt that lost the race is kept for the one that wins',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'const change = {\n      before: current,',
        to: `const firsts = ((globalThis as { firsts?: Map<unknown, typeof current> }).firsts ??= new Map())
             const mark = JSON.stringify((row['tags'] as string[]).at(-1))
             if (!firsts.has(mark)) firsts.set(mark, current)
             const change = { before: firsts.get(mark),`,
      },
    ],
    found_as: /is told to have been|does not tell of each version/,
  },
  {
    title: 'the entry is lost when a change is evaluated again',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'const change = {\n      before: current,',
        to: `const seen = ((globalThis as { seen?: Set<unknown> }).seen ??= new Set())
             const mark = JSON.stringify((row['tags'] as string[]).at(-1))
             if (seen.has(mark)) return { ...row, [HISTORY_COLUMN]: current?.[HISTORY_COLUMN] ?? null }
             seen.add(mark)
             const change = { before: current,`,
      },
    ],
    found_as: /has a gap in its past|has no past/,
  },
  {
    title: 'credentials in the past',
    edits: [
      {
        file: 'shared/table/object/row-history.ts',
        from: '[name, JSON.stringify(REPLACED)] as const',
        to: '[name, JSON.stringify(before[name])] as const',
      },
    ],
    found_as: /tells the secret of/,
  },
  {
    title: 'the past of another record of the same batch',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'const change = {\n      before: current,',
        to: 'const change = { before: current && [...this.#batch_rows.rows.values()][0]?.row,',
      },
    ],
    found_as: /is told to have been|has a gap in its past|does not tell of each version/,
  },
  {
    title: 'trimming that refuses the change',
    edits: [
      {
        file: 'shared/table/object/row-history.ts',
        from: 'if (bytes > bytes_max) break',
        to: "if (bytes > 600) throw new Error('the past is too large')",
      },
    ],
    found_as: /the past is too large/,
  },
]

/** Of limits, of what is stamped and told, and of worse times than others. */
export const WORSE_TIMES_BUGS: readonly PlantedBug[] = [
  {
    title: 'a refusal of the store after a lost answer is told as if nothing was changed',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: 'throw was_unanswered ? this.exhausted(error) : error',
        to: 'throw error',
      },
    ],
    found_as: TWICE,
  },
  {
    title: 'an object that cannot be read counts as an empty one',
    edits: [
      {
        file: 'shared/table/object/snapshot-cache.ts',
        from: '() => wholeSnapshot(name, result.generation, result.bytes))',
        to: `() => {
               try {
                 return wholeSnapshot(name, result.generation, result.bytes)
               } catch {
                 return { ...absentSnapshot(schema, name), generation: result.generation }
               }
             })`,
      },
    ],
    found_as: /was written over although it could not be read|did not find|then seen at 0|is not counted/,
  },
  {
    title: 'keys that never expire',
    edits: [
      {
        file: 'shared/table/object/ledger.ts',
        from: 'this.entries.filter((entry) => entry.time_ms > now_ms - LEDGER_KEPT_MS)',
        to: 'this.entries.filter((entry) => entry.time_ms > now_ms - LEDGER_KEPT_MS * 100)',
      },
    ],
    found_as: /a key that has expired|was refused as too-many-requests/,
  },
  {
    title: 'a key alone makes a request the same',
    edits: [
      { file: 'shared/table/commit/evaluate.ts', from: 'if (entry.body_hash === body_hash)', to: 'if (body_hash)' },
    ],
    found_as: /was judged as if it had the same body/,
  },
  {
    title: 'the time of a change is that of the first one',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'updated_at: updated_at_ms ?? this.#now_ms',
        to: 'updated_at: updated_at_ms ?? current?.updated_at ?? this.#now_ms',
      },
    ],
    found_as: /does not tell when it was changed/,
  },
  {
    title: 'who made a record stays its writer',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'client_id: keeps_writer && current ?',
        to: 'client_id: current ?',
      },
    ],
    found_as: /does not tell who changed it/,
  },
  {
    title: 'details of the version before',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'this.#written.set(id, { row, replaces: this',
        to: 'this.#written.set(id, { row: { ...row, ...(current && { body: current["body"] }) } as typeof row, replaces: this',
      },
    ],
    found_as: /with other details|is told to have been/,
  },
  {
    title: 'a commit whose answer was lost is told to nobody',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: '        report(events, landed.snapshot, next, effect, attempts.count, true)\n',
        to: '',
      },
    ],
    found_as: /no commit tells of it/,
  },
  {
    title: 'a commit is told as often as it was sent',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: '      report(events, snapshot, next, effect, attempts.count, false)\n',
        to: '      for (let at = attempts.count; at > 0; at--) report(events, snapshot, next, effect, at, false)\n',
      },
    ],
    found_as: /is told twice/,
  },
  {
    title: 'one row more than an object may have',
    edits: [{ file: 'shared/table/commit/evaluate.ts', from: '#rows_free-- <= 0', to: '#rows_free-- < 0' }],
    found_as: /has 15 rows/,
  },
  {
    title: 'one key more than an object may have',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'entries >= LEDGER_ENTRIES_MAX',
        to: 'entries > LEDGER_ENTRIES_MAX',
      },
    ],
    found_as: /has 13 keys/,
  },
  {
    title: 'an object that is full is called full for ever',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'this.#rows_free = LIMITS.object_rows - rowCount(batch_rows.snapshot)',
        to: 'this.#rows_free = LIMITS.object_rows - batch_rows.snapshot.footer.rev',
      },
    ],
    found_as: /was refused as quota-exceeded/,
  },
  {
    title: 'a failed commit leaves those who wait behind it waiting',
    edits: [
      {
        file: 'shared/table/commit/group-commit.ts',
        from: '        for (const { reject } of due) reject(error)\n',
        to: '        for (const { reject } of due) reject(error)\n        return\n',
      },
    ],
    found_as: /is not answered by a healthy store|is not shown anything by a healthy store/,
  },
]
