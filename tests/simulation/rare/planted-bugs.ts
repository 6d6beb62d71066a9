import type { PlantedBug } from '../planted-bugs.ts'

/** Of what seldom happens: of processes that end, units, pushes, orders, walks, feeds, and objects that are wrong. */
export const RARE_BUGS: readonly PlantedBug[] = [
  {
    title: 'a process that ends says of what it has sent that nothing was changed',
    edits: [
      {
        file: 'shared/table/commit/commit.ts',
        from: 'return this.#is_sent || this.#may_have_landed ? outcomeUnknown() : processEnding()',
        to: 'return processEnding()',
      },
    ],
    found_as: /was (unmade|refused) and carried out/,
  },
  {
    title: 'what is only tried is carried out',
    edits: [
      {
        file: 'shared/table/commit/writes.ts',
        from: 'await tryBatch(this.#dependencies',
        to: 'await commitBatch(this.#dependencies',
      },
    ],
    found_as: /was unmade and carried out/,
  },
  {
    title: 'the number of a pushed change may be used again by another',
    edits: [
      {
        file: 'shared/table/commit/push-ledger.ts',
        from: '|| (own && own.mutation_hash !== mutation_hash)',
        to: '',
      },
    ],
    found_as: /under a used number is|is duplicate and was never pushed/,
  },
  {
    title: 'a problem that passes settles a pushed change for good',
    edits: [
      {
        file: 'shared/table/commit/push-verdict.ts',
        from: "'contended', 'unavailable', 'too-many-requests', 'internal'",
        to: "'unavailable'",
      },
    ],
    found_as: /is judged invalid/,
  },
  {
    title: 'maintenance becomes the writer of what it stamps',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'client_id: keeps_writer && current ? current.client_id : client_id',
        to: 'client_id',
      },
    ],
    found_as: /does not tell who changed it/,
  },
  {
    title: 'an import cannot keep the time of a change',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'updated_at: updated_at_ms ?? this.#now_ms',
        to: 'updated_at: this.#now_ms',
      },
    ],
    found_as: /does not tell when it was changed/,
  },
  {
    title: 'a note can be made again in the commit that purges it',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: 'return this.#purges.is_purged.get(id) ?? this.#batch_rows',
        to: 'return this.#batch_rows',
      },
    ],
    found_as: /made again after its purge|is there and purged/,
  },
  {
    title: 'a decision that fails fails its whole batch',
    edits: [
      {
        file: 'shared/table/commit/evaluate.ts',
        from: "if (error instanceof Problem) return { kind: 'refuse', problem: error }",
        to: 'if (error instanceof Problem) throw error',
      },
    ],
    found_as: /failed its whole batch/,
  },
  {
    title: 'rows without a key come first',
    edits: [
      {
        file: 'shared/table/read/sorted-listing.ts',
        from: 'if (a.key === null) return 1\n    if (b.key === null) return -1',
        to: 'if (a.key === null) return -1\n    if (b.key === null) return 1',
      },
    ],
    found_as: /is out of its order/,
  },
  {
    title: 'a group that was counted is counted again into the same sum',
    edits: [
      {
        file: 'shared/table/read/aggregate.ts',
        from: 'const sum = this.#start()',
        to: 'const sum = known ?? this.#start()',
      },
      { file: 'shared/table/read/aggregate.ts', from: 'if (known !== undefined) return known\n', to: '' },
    ],
    found_as: /is counted twice|was known and is not counted/,
  },
  {
    title: 'a walk shows the place again that it goes on behind',
    edits: [
      {
        file: 'shared/table/read/user-folders.ts',
        from: '&& this.#placeOf(name) !== this.#after',
        to: '',
      },
    ],
    found_as: /a walk behind .* shows/,
  },
  {
    title: 'an index of old ids that cannot be read counts as empty',
    edits: [
      {
        file: 'shared/table/read/legacy-ids.ts',
        from: "throw new CorruptFile('the index of old ids cannot be read', { cause })",
        to: 'return new Map()',
      },
    ],
    found_as: /looked up in what is no index|added to what is no index/,
  },
  {
    title: 'an import writes the index that another has changed since',
    edits: [
      {
        file: 'shared/table/read/legacy-ids.ts',
        from: "if (result.kind === 'written') {\n        this.#known",
        to: "if (result.kind !== 'absent') {\n        this.#known",
      },
    ],
    found_as: /was told to be in the index and is not/,
  },
  {
    title: 'a ledger that is cut is taken as far as it goes',
    edits: [
      {
        file: 'shared/table/object/ledger.ts',
        from: "if (id_end > bytes.length) throw new RangeError('the ledger ends in the middle of an entry')",
        to: 'if (id_end > bytes.length) break',
      },
    ],
    found_as: /is wrong and (can be|was) read|was written over although/,
  },
  {
    title: 'a position behind commits that are gone counts as one of the past',
    edits: [
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'return known_rev < rev_now || (known_rev === rev_now && position.generation === generation_now)',
        to: 'return true',
      },
    ],
    found_as: /nobody is told that/,
  },
  {
    title: 'an object that is gone is followed as one that cannot be read',
    edits: [
      {
        file: 'shared/table/read/change-feed.ts',
        from: "else if (position) yield { kind: 'gone', month }",
        to: "else if (position) yield { kind: 'unreadable', month }\n        else yield { kind: 'gone', month }",
      },
    ],
    found_as: /what is gone is followed as/,
  },
  {
    title: 'an inspection overlooks a key that is there twice',
    edits: [
      {
        file: 'shared/table/recovery/integrity.ts',
        from: 'if (keys.size < ledger.entries.length)',
        to: 'if (false)',
      },
    ],
    found_as: /mistake \d+, of footer, is found as/,
  },
]

/** Of repairs. */
export const ACCIDENT_BUGS: readonly PlantedBug[] = [
  {
    title: 'what is put in the place of a damaged object has the versions that were given out',
    edits: [
      {
        file: 'shared/table/recovery/new-epoch.ts',
        from: 'const version_after = version_before + VERSIONS_AHEAD',
        to: 'const version_after = version_before + 1',
      },
    ],
    found_as: /is another in the new epoch|for the second time|went from revision/,
  },
  {
    title: 'the epoch goes on when something is put in the place of a damaged object',
    edits: [{ file: 'shared/table/recovery/new-epoch.ts', from: '    epoch: randomMark(random),\n', to: '' }],
    found_as: /lost what nobody agreed to undo|went from revision|lost note_|is followed/,
  },
]
