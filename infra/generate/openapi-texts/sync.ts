import type { syncRoutes } from '#shared/contract/sync.ts'
import { success, type TextsOf } from './operation-text.ts'
import { AUDIENCE } from './records.ts'

const CLIENT_ID = 'cli_01h455vb4pex5vsknk084sn02q'
const client = { app_version: '1.4.0', mode: 'account', flag: 'on', outbox_pending: 2, invalid: 0, load_ms: 420 }

export const syncTexts: TextsOf<typeof syncRoutes> = {
  pull: {
    description:
      'Without a cursor everything comes. Rows are ordered by commit, so no clock decides what is sent. A partition with ' +
      '`reset` replaces what the client has of it; it is complete with `last`, and only then is it to be shown. A row ' +
      'with `deleted` is a record that is gone. Distributions come without `audience_snapshot` and `attempts`. ' +
      '`limit_bytes` bounds the rows (1 KiB to 4 MiB, 1 MB without it). `client` tells the operator how the app fares.',
    request: { client_id: CLIENT_ID, cursor: null, limit_bytes: 1000000, client },
    answers: {
      200: success({
        partitions: [{ partition: 'audiences/2025-05', reset: true, rows: [AUDIENCE], last: true }],
        cursor: 'WzEsW1siYXVkaWVuY2VzIiwiMjAyNTA1IiwiNWY0ZDNjMmIxYTA5ZjhlNyIsMywiMTc0ODQ0MDkzMSIsbnVsbCxudWxsXV1d',
        more: false,
      }),
    },
  },
  push: {
    description:
      'One push of a client at a time, its changes numbered upwards by `seq`, at most 1000. `acked` is the number up to ' +
      'which the client has written down the final answer of every change. A change is `op` `create` (with `value`), ' +
      '`patch` (`set`, `unset` for members of `metadata` and `settings`, and `base`: what the fields were before), ' +
      '`delete` or `restore`, of the `kind` `audience`, `platform` or `distribution` with an `id`; all but `create` name ' +
      'the `base_version` that was pulled before the first unsent change of the record. A change that is pushed twice is ' +
      'made once. `conflict`: another device changed the same fields; `server` is the record as it is. `invalid`: it ' +
      'cannot be made. `retry`: push it again. A copy of the client that uses the same numbers is refused with 409 and ' +
      'the code `client_forked`, and nothing is done.',
    request: {
      client_id: CLIENT_ID,
      acked: 16,
      mutations: [
        {
          seq: 17,
          mutation_id: '0197165a-6b3e-7c1d-8f2a-3b4c5d6e7f80',
          op: 'patch',
          kind: 'audience',
          id: AUDIENCE.audience_id,
          base_version: 3,
          set: { name: 'Green city people' },
          base: { name: AUDIENCE.name },
        },
        {
          seq: 18,
          mutation_id: '0197165a-6b3e-7c1d-8f2a-3b4c5d6e7f81',
          op: 'patch',
          kind: 'audience',
          id: AUDIENCE.audience_id,
          base_version: 3,
          set: { description: 'Read by the team' },
          base: { description: null },
        },
      ],
      client,
    },
    answers: {
      200: success({
        results: [
          { seq: 17, status: 'applied', version: 4 },
          {
            seq: 18,
            status: 'conflict',
            fields: ['description'],
            server: AUDIENCE,
            problem: {
              type: '/problems/conflict',
              title: 'Conflict with stored data',
              status: 409,
              detail: 'The audience was changed elsewhere: description.',
            },
          },
        ],
      }),
    },
  },
  undo: {
    description:
      'Records that you made since are deleted, those that you deleted come back, and fields that you changed have their former ' +
      'values again, as one more change of each record. `at` is at most a day ago. Left as they are, with the reason: what others, ' +
      'or the service by itself, have changed since (`changed_by_others`); changes of a draft that are kept as one and begin before ' +
      '`at` (`shared_entry`); what has no past that reaches back (`not_kept`); distributions that were begun (`already_sent`) or ' +
      'whose time has passed (`past_due`); what only tells how far work is (`cannot_go_back`). Credentials never come back. One request takes back 2000 records at most, and begins no ' +
      'commit after 12 s: with `more`, ask again. To repeat it is safe. To take the undo back, undo to the moment before it.',
    request: { at: '2025-05-28T14:05:00Z', dry_run: true },
    answers: {
      200: success({
        at: '2025-05-28T14:05:00.000Z',
        dry_run: true,
        undone: [
          {
            kind: 'audience',
            id: AUDIENCE.audience_id,
            name: AUDIENCE.name,
            change: 'changed',
            fields: ['name', 'metadata'],
            kept: [],
            version: 5,
          },
        ],
        left: [
          {
            kind: 'distribution',
            id: 'dist_01h455vb4pex5vsknk084sn02q',
            name: AUDIENCE.name,
            reason: 'already_sent',
          },
        ],
        left_count: 1,
        retry_count: 0,
        more: false,
      }),
    },
  },
}
