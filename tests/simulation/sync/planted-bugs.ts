import type { PlantedBug } from '../planted-bugs.ts'

const LOST_IN_PULL = /has pulled all and (has|still has)|at rest (still )?has|at rest lacks/
const UNREST = /never come to rest|has to wait although nothing has failed/

/** Of the change feed: what a pull does not bring. */
export const FEED_BUGS: readonly PlantedBug[] = [
  {
    title: 'a cursor made of times instead of revisions',
    edits: [
      {
        file: 'shared/table/read/change-feed.ts',
        from: "this.#cache.columns(group, ['rev', 'deleted', id_column])",
        to: "this.#cache.columns(group, ['updated_at', 'deleted', id_column])",
      },
      {
        file: 'shared/table/read/change-feed.ts',
        from: "const revs = values.get('rev')!",
        to: "const revs = values.get('updated_at')!",
      },
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'orderedRev(greatestRev(group), start) >= start.rev',
        to: 'true',
      },
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'const start = startIn(snapshot, position)\n    const places = await this.#placesSince(snapshot, start)',
        to: `const start = startIn(snapshot, position)
             const places = await this.#placesSince(snapshot, start)
             const latest_ms = Math.max(snapshot.footer.rev, start.rev, ...places.map(({ rev }) => rev))
             snapshot = { ...snapshot, footer: { ...snapshot.footer, rev: latest_ms } }`,
      },
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'return { epoch, rev: orderedRev(last.rev, this.#start), generation',
        to: "return { epoch, rev: Number(last['updated_at']), generation",
      },
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'return known_rev < rev_now || (known_rev === rev_now && position.generation === generation_now)',
        to: 'return true',
      },
    ],
    found_as: LOST_IN_PULL,
  },
  {
    title: 'no floor: a device that was away does not learn that a purged deletion was one',
    edits: [
      { file: 'shared/table/read/change-feed.ts', from: 'if (knownRev(position) < footer.floor)', to: 'if (false)' },
    ],
    found_as: LOST_IN_PULL,
  },
  {
    title: 'the floor compared with what a reset has sent so far, so that it begins anew with each page',
    edits: [
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'if (start_rev !== undefined) return start_rev',
        to: 'if (start_rev !== undefined) return 0',
      },
    ],
    found_as: /again for nothing|never come to rest/,
  },
  {
    title: 'an open page inside the floor’s revision: a purged deletion of the same commit is not told',
    edits: [
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'return after_id === undefined ? rev : rev - 1',
        to: 'return rev',
      },
    ],
    found_as: LOST_IN_PULL,
  },
  {
    title: 'a reset that leaves out deletions made since it began',
    edits: [
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'tombstones_after: start_rev ?? -1',
        to: 'tombstones_after: start_rev === undefined ? -1 : Infinity',
      },
    ],
    found_as: LOST_IN_PULL,
  },
  {
    title: 'the generation as listed in the cursor, instead of the one that was read',
    edits: [
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'this.#openSnapshot(month, opened, position, names)',
        to: 'this.#openSnapshot(month, { ...opened, generation: listing.generation }, position, names)',
      },
    ],
    found_as: /again for nothing/,
  },
  {
    title: 'the epoch is not looked at',
    edits: [{ file: 'shared/table/read/change-feed.ts', from: 'position.epoch !== footer.epoch ||', to: '' }],
    found_as: LOST_IN_PULL,
  },
  {
    title: 'nobody is told of an object that is gone',
    edits: [
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'if (!months.has(month)) yield',
        to: 'if (false) yield',
      },
    ],
    found_as: LOST_IN_PULL,
  },
  {
    title: 'a page that goes on behind its last revision, whatever of it was left',
    edits: [
      {
        file: 'shared/table/read/change-feed.ts',
        from: 'return rev > known_rev || (rev === known_rev && after_id !== undefined && id > after_id)',
        to: 'return rev > known_rev',
      },
    ],
    found_as: LOST_IN_PULL,
  },
]

/** Of the ledger of clients, and of the order of a push. */
export const PUSH_BUGS: readonly PlantedBug[] = [
  {
    title: 'no ledger: what is pushed again is judged again',
    edits: [
      {
        file: 'shared/table/commit/push-ledger.ts',
        from: 'return entry && verdictOfEntry(entry)',
        to: 'return entry && undefined',
      },
    ],
    found_as: /some change was made twice|although it is made|although it was refused/,
  },
  {
    title: 'a fork is not seen before the first commit',
    edits: [
      {
        file: 'functions/sync/push/push.ts',
        from: '(known.get(seq) ?? mutation_hash) !== mutation_hash) throw forked(seq)',
        to: '(known.get(seq) ?? mutation_hash) !== mutation_hash) continue',
      },
    ],
    found_as: UNREST,
  },
  {
    title: 'what is acknowledged goes back with a late copy of a push',
    edits: [
      {
        file: 'functions/sync/push/push.ts',
        from: 'if (seq <= acked || (known.get(seq) ?? mutation_hash) !== mutation_hash) throw',
        to: 'if ((known.get(seq) ?? mutation_hash) !== mutation_hash) throw',
      },
      { file: 'shared/table/commit/push-ledger.ts', from: 'if (seq <= acked || (own', to: 'if ((own' },
      {
        file: 'shared/table/object/client-ledgers.ts',
        from: 'const highest = Math.max(before.acked, acked)',
        to: 'const highest = acked',
      },
    ],
    found_as: /some change was made twice|although it is made|overtaken|although it was refused/,
  },
  {
    title: 'a push forgets its refusals when it comes to the same object again',
    edits: [{ file: 'functions/sync/push/push.ts', from: 'earlier: [...object.entries]', to: 'earlier: []' }],
    found_as: /although it was refused before/,
  },
  {
    title: 'a change overtakes an earlier one that has to wait',
    edits: [
      {
        file: 'functions/sync/push/push.ts',
        from: "if (findTied(ties, (earlier) => statusOf(earlier) === 'retry') !== undefined) {",
        to: 'if (false) {',
      },
    ],
    found_as: /overtaken/,
  },
  {
    title: 'a change overtakes an earlier one that refers to its record and has to wait',
    edits: [
      {
        file: 'functions/sync/push/push.ts',
        from: "if (findTied(ties, (earlier) => statusOf(earlier) === 'retry') !== undefined) {",
        to: "if (findTied(ties, (earlier, depends) => depends && statusOf(earlier) === 'retry') !== undefined) {",
      },
    ],
    found_as: /overtaken/,
  },
  {
    title: 'one wave for all changes of a push',
    edits: [{ file: 'functions/sync/push/order.ts', from: '(goes_together ? 0 : 1)', to: '0' }],
    found_as: UNREST,
  },
  {
    title: 'what depends on a refused change is carried out',
    edits: [
      { file: 'functions/sync/push/push.ts', from: 'if (refused_at !== undefined) return', to: 'if (false) return' },
    ],
    found_as: /on which it depends, was refused|refused because/,
  },
  {
    title: 'a refusal of one change has all others of its object wait',
    edits: [
      {
        file: 'functions/sync/push/push.ts',
        from: "if (findTied(ties, (earlier) => statusOf(earlier) === 'retry') !== undefined) {",
        to: "if (before.some(({ status }) => status === 'invalid') || findTied(ties, (earlier) => statusOf(earlier) === 'retry') !== undefined) {",
      },
    ],
    found_as: UNREST,
  },
  {
    title: 'a refusal for good that is told as one that passes',
    edits: [
      {
        file: 'shared/table/commit/push-verdict.ts',
        from: "const PASSING: readonly Problem['kind'][] = [",
        to: "const PASSING: readonly Problem['kind'][] = ['illegal-transition', 'unresolvable-reference', ",
      },
    ],
    found_as: UNREST,
  },
]

/** Of what a change does to a record. */
export const DECISION_BUGS: readonly PlantedBug[] = [
  {
    title: 'metadata is replaced and not merged',
    edits: [
      {
        file: 'functions/sync/push/edits.ts',
        from: 'const members = { ...(isObject(value) && value) }',
        to: 'const members: Record<string, unknown> = {}',
      },
    ],
    found_as: /has lost m\d+|without a change of its own/,
  },
  {
    title: 'the last writer wins',
    edits: [
      {
        file: 'functions/sync/push/decide.ts',
        from: 'if (in_conflict.length > 0) return conflict',
        to: 'if (false) return conflict',
      },
    ],
    found_as: /has written over/,
  },
  {
    title: 'what others have changed back and forth is not seen',
    edits: [{ file: 'functions/sync/push/decide.ts', from: '|| others.has(edit, record)', to: '|| false' }],
    found_as: /has written over/,
  },
  {
    title: 'a deletion does not look at what others have changed',
    edits: [
      {
        file: 'functions/sync/push/decide.ts',
        from: 'if (!others.is_whole || others.columns.length > 0)',
        to: 'if (false)',
      },
    ],
    found_as: /has (deleted|restored) /,
  },
  {
    title: 'a past that does not reach back is taken for all of it',
    edits: [{ file: 'functions/sync/push/decide.ts', from: 'if (!others.is_whole || others', to: 'if (others' }],
    found_as: /has (deleted|restored) /,
  },
  {
    title: 'what another client has written counts as one’s own',
    edits: [{ file: 'functions/sync/push/since.ts', from: 'return client_id === this.#client_id', to: 'return true' }],
    found_as: /has (deleted|restored) |has written over/,
  },
  {
    title: 'one’s own changes count as those of another',
    edits: [{ file: 'functions/sync/push/since.ts', from: 'return client_id === this.#client_id', to: 'return false' }],
    found_as: /nobody else has changed/,
  },
  {
    title: 'a creation saves over a record that is there',
    edits: [
      {
        file: 'functions/sync/push/decide.ts',
        from: 'return row ? compareCreation(asking, row, operation.value) : create',
        to: 'return create',
      },
    ],
    found_as: /some change was made twice|has lost m\d+|back to/,
  },
]
