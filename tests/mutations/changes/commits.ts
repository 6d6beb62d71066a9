import { changesOf, type Change } from '../change.ts'

/** Of the attempts of a commit and the queue before it. */
export const COMMITS_CHANGES: readonly Change[] = [
  ...changesOf('shared/table/commit/commit.ts', 'tests/table/attempts.test.ts', [
    ['throw was_unanswered ? this.exhausted(error) : error', 'throw error'],
    ['COMMIT_DEADLINE_MS = 20_000', 'COMMIT_DEADLINE_MS = 27_000'],
    ['COMMIT_DEADLINE_MS = 20_000', 'COMMIT_DEADLINE_MS = 13_000'],
    [
      'this.count >= ATTEMPTS_MAX || clock.monotonicMs() > this.deadline_ms',
      'this.count >= ATTEMPTS_MAX || clock.monotonicMs() >= this.deadline_ms',
    ],
    ['this.#may_have_landed = false\n    this.#is_sent = false\n    await', 'this.#is_sent = false\n    await'],
    ['this.#is_sent = false\n        await', 'await'],
    [
      "if (!was_unanswered) return { result: { kind: 'throttled' }, was_unanswered }",
      "if (error.kind === 'throttled') return { result: { kind: 'throttled' }, was_unanswered }",
    ],
  ]),
  ...changesOf('shared/table/commit/commit.ts', 'tests/table/idempotency.test.ts', [
    ['ATTEMPTS_MAX = 8', 'ATTEMPTS_MAX = 9'],
  ]),
  ...changesOf('shared/table/commit/commit.ts', 'tests/table/ending.test.ts', [
    ['this.#is_sent = true', 'this.#is_sent = false'],
    [
      'this.#is_sent = false\n    await clock.sleep(fullJitterMs(++this.#conflicts',
      'await clock.sleep(fullJitterMs(++this.#conflicts',
    ],
  ]),
  ...changesOf('shared/table/commit/commit.ts', 'tests/table/commit.test.ts', [
    ['THROTTLED_BACKOFF = { base_ms: 1000, cap_ms: 3000 }', 'THROTTLED_BACKOFF = { base_ms: 1, cap_ms: 1 }'],
    ['CONFLICT_BACKOFF = { base_ms: 100, cap_ms: 1000 }', 'CONFLICT_BACKOFF = { base_ms: 3000, cap_ms: 9000 }'],
    ['if (fresh.snapshot.generation === view.snapshot.generation) return effect.outcomes', 'return effect.outcomes'],
    ['cache.put(snapshot)', ''],
    ['      retry_after_ms: 2000,\n', ''],
    ['attempts,\n    answer_lost,', 'attempts: 1,\n    answer_lost,'],
  ]),
  ...changesOf('shared/table/commit/commit.ts', 'tests/table/purge.test.ts', [
    ['Math.max(base.footer.floor, effect.purges.floor)', 'effect.purges.floor'],
  ]),
  ...changesOf('shared/table/commit/commit.ts', 'tests/table/near-limits.test.ts', [
    [
      'if (snapshot.size_bytes > LIMITS.object_bytes * WARN_SHARE) {',
      'if (snapshot.size_bytes > LIMITS.object_bytes) {',
    ],
  ]),
  ...changesOf('shared/table/commit/commit.ts', 'tests/table/write-pacer.test.ts', [
    ['pacer.landed(name)', ''],
    ['else pacer.throttled(name)', ''],
  ]),
  ...changesOf('shared/table/commit/commit.ts', 'tests/table/limits.test.ts', [
    ['if (rows > LIMITS.object_rows * WARN_SHARE)', 'if (rows > LIMITS.object_rows)'],
  ]),
  ...changesOf('shared/table/commit/group-commit.ts', 'tests/table/group-commit.test.ts', [
    ['since_ms >= oldest_ms', 'since_ms > oldest_ms'],
    ['WAIT_MAX_MS = 8000', 'WAIT_MAX_MS = 9000'],
    ['WAIT_MAX_MS = 8000', 'WAIT_MAX_MS = 7000'],
    ['({ since_ms }) => since_ms < oldest_ms', '({ since_ms }) => since_ms <= oldest_ms'],
    ['if (due.length === 0) continue', 'if (due.length === 0) break'],
    ['operationsOf(queue) >= LIMITS', 'operationsOf(queue) > LIMITS'],
    ['bytes > LIMITS.batch_bytes', 'bytes >= LIMITS.batch_bytes'],
    ['operations > LIMITS.batch_operations', 'operations >= LIMITS.batch_operations'],
    ['for (const { reject } of due) reject(error)', 'due[0]!.reject(error)'],
    ['outcomes.splice(0, changes.length)', 'outcomes.slice(0, changes.length)'],
    ['retry_after_ms: 2000,', ''],
    ['READING_MAX_MS = 20', 'READING_MAX_MS = 40'],
    ['READING_MAX_MS = 20', 'READING_MAX_MS = 10'],
    ['READING_BEHIND_MS = 1000', 'READING_BEHIND_MS = 500'],
    ['READING_BEHIND_MS = 1000', 'READING_BEHIND_MS = 2000'],
    ['this.#last_turn = turn', ''],
    ['now_ms - begun_ms >= IDLE_TURN_MS && now_ms < until_ms', 'false'],
  ]),
  ...changesOf('shared/table/commit/group-commit.ts', 'tests/table/idempotency.test.ts', [
    ['this.#queues.delete(object.name)', ''],
  ]),
  ...changesOf('shared/table/commit/write-pacer.ts', 'tests/table/write-pacer.test.ts', [
    ['busy.until_ms < now_ms) return', 'busy.until_ms <= now_ms) return'],
    ['CHANGE_INTERVAL_MS = 1000', 'CHANGE_INTERVAL_MS = 500'],
  ]),
  ...changesOf('shared/table/commit/writes.ts', 'tests/table/ending.test.ts', [
    ['if (sent_id !== undefined) return undefined', 'return undefined'],
  ]),
  ...changesOf('shared/table/commit/evaluate.ts', 'tests/table/admission.test.ts', [
    ["if (this.#admission === 'replacements') return true", "if (this.#admission !== 'replacements') return true"],
  ]),
]
