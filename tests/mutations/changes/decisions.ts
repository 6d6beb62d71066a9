import { changesOf, type Change } from '../change.ts'

/** Of what a batch comes to: keys, versions, limits, answers. */
export const DECISIONS_CHANGES: readonly Change[] = [
  ...changesOf('shared/table/commit/evaluate.ts', 'tests/table/idempotency.test.ts', [
    ['footer.ledger.with([], now_ms)', 'footer.ledger'],
    ['entry.body_hash === body_hash', 'true'],
    ['entries >= LEDGER_ENTRIES_MAX', 'entries > LEDGER_ENTRIES_MAX'],
    ['this.#ledger_entries.get(request_hash) ?? this.#ledger.find', 'this.#ledger.find'],
    ["this.#remember(mutation, decision.status)\n        return { kind: 'kept'", "return { kind: 'kept'"],
    ['if (entry) ids.add(entry.id)', ''],
    ['this.#ledger.entries.length + this.#ledger_entries.size', 'this.#ledger.entries.length'],
    ["if (this.#admission === 'read_only' && mutation.is_reservation) return refused(newerRelease())", ''],
  ]),
  ...changesOf('shared/table/commit/evaluate.ts', 'tests/table/damaged-objects.test.ts', [
    [
      "if (this.#admission === 'read_only') return refused(newerRelease())\n    const version_before",
      'const version_before',
    ],
  ]),
  ...changesOf('shared/table/commit/evaluate.ts', 'tests/table/limits.test.ts', [
    ['this.#rows_free-- <= 0', 'this.#rows_free-- < 0'],
  ]),
  ...changesOf('shared/table/commit/evaluate.ts', 'tests/functions/maintenance/reencrypt.test.ts', [
    ['client_id: keeps_writer && current ? current.client_id : client_id', 'client_id'],
    ['updated_at: updated_at_ms ?? this.#now_ms', 'updated_at: this.#now_ms'],
  ]),
  ...changesOf('shared/table/commit/evaluate.ts', 'tests/table/purge.test.ts', [
    ['if (is_purged && !decision.revives) return refused(usedUp())', ''],
    ['is_purged ? this.#purges.version : 0', '0'],
    ['purges.floor = Math.max(purges.floor, current.rev)', 'purges.floor = current.rev'],
    ['purges.version = Math.max(purges.version, version_before)', 'purges.version = version_before'],
    ['if (is_purged) this.#purges.is_purged.set(id, false)', ''],
  ]),
  ...changesOf('shared/table/commit/evaluate.ts', 'tests/table/restore.test.ts', [
    ['Math.max(revives?.version ?? 0, is_purged ? this.#purges.version : 0)', '(is_purged ? this.#purges.version : 0)'],
  ]),
  ...changesOf('shared/table/commit/writes.ts', 'tests/table/idempotency.test.ts', [
    [
      "throw error instanceof Problem && error.members['outcome'] === 'unknown' ? storeAway(error) : error",
      'throw error',
    ],
    ['MUTATION_MS_MAX = 28_000', 'MUTATION_MS_MAX = 35_000'],
    ['if (is_over) throw storeAway()', ''],
    ['while (outcome.kind', 'if (outcome.kind'],
  ]),
  ...changesOf('shared/table/commit/writes.ts', 'tests/table/commit.test.ts', [
    [
      'return sent_id === undefined ? storeAway() : withId(outcomeUnknown(), this.#schema, sent_id)',
      'return sent_id === undefined ? storeAway() : outcomeUnknown()',
    ],
    [
      'return sent_id === undefined ? storeAway() : withId(outcomeUnknown(), this.#schema, sent_id)',
      'return storeAway()',
    ],
    ['retry_after_ms: problem.retry_after_ms,', ''],
  ]),
  ...changesOf('shared/table/commit/writes.ts', 'tests/table/ending.test.ts', [
    ['if (sent_id !== undefined) return undefined\n', ''],
  ]),
  ...changesOf('shared/table/read/lookups.ts', 'tests/table/idempotency.test.ts', [
    [
      'snapshot.footer.ledger.with([], this.#dependencies.clock.nowMs()).find(request_hash)',
      'snapshot.footer.ledger.find(request_hash)',
    ],
  ]),
  ...changesOf('shared/table/object/ledger.ts', 'tests/table/idempotency.test.ts', [
    ['entry.time_ms > now_ms - LEDGER_KEPT_MS', 'entry.time_ms >= now_ms - LEDGER_KEPT_MS'],
    ['LEDGER_KEPT_MS = DAY_MS + MINUTE_MS', 'LEDGER_KEPT_MS = DAY_MS'],
  ]),
  ...changesOf('shared/table/commit/month-boundary.ts', 'tests/table/idempotency.test.ts', [
    ['ASKED_FOR_MS = DAY_MS + MINUTE_MS', 'ASKED_FOR_MS = DAY_MS'],
    ['age_ms >= ASKED_FOR_MS', 'age_ms > ASKED_FOR_MS'],
    ['age_ms < LANDS_WITHIN_MS', 'age_ms <= LANDS_WITHIN_MS'],
  ]),
]
