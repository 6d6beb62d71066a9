import type { maintenanceRoutes } from '#shared/contract/maintenance.ts'
import { success, type TextsOf } from './operation-text.ts'
import { AUDIENCE, PLATFORM } from './records.ts'

const user_hash = '9f2c61d0a47be358'
const RUNS =
  'Without a cursor the call continues the run of the day or week; call again while `state` is `more`. Calls that overlap harm nothing: ' +
  'one of them works and the other one is told `busy`.'
const DRY_RUN = 'With `dry_run=true` nothing is changed.'

/** An answer whose run consists of this call alone. */
function ran(sums: Readonly<Record<string, unknown>>, report: readonly object[]) {
  const counted = { users: 120, failed_users: 0, ...sums }
  const run = { started_at: '2025-05-28T02:00:00.000Z', finished_at: '2025-05-28T02:00:41.310Z', calls: 1, ...counted }
  return success({ state: 'done', ...counted, report, report_omitted: 0, run, next_cursor: null })
}

const stored = { objects: 340, bytes: 51_200_000, records: 9_800, deleted: 120 }

export const maintenanceTexts: TextsOf<typeof maintenanceRoutes> = {
  dispatch: {
    description:
      'Runs every few minutes. A distribution that is due becomes `pending`; its sender finds it by its status. One whose audience or ' +
      'platform is gone by then is cancelled, with the reason.',
    answers: {
      200: success({ users: 120, started: 3, cancelled: 1, refreshed: 1, failed_users: 0, next_cursor: null }),
    },
  },
  retention: {
    description: `Audiences that a scheduled distribution names are left alone. ${RUNS} ${DRY_RUN}`,
    answers: {
      200: ran({ active: 4_100, idle: 12, archived: 12, overtaken: 0 }, [
        { user_hash, audience_id: AUDIENCE.audience_id, idle_days: 731 },
      ]),
    },
  },
  purge: {
    description: `What was deleted less than PURGE_AFTER_DAYS ago stays restorable. ${RUNS} ${DRY_RUN}`,
    answers: {
      200: ran({ tombstones: 120, old: 7, referred_to: 2, purged: 5, overtaken: 0 }, [
        { user_hash, table: 'audiences', record_id: AUDIENCE.audience_id, deleted_days: 97 },
      ]),
    },
  },
  integrity: {
    description: `Every object is read and decoded, and its rows are held against their rules. ${RUNS}`,
    answers: {
      200: ran({ objects: 340, bytes: 51_200_000, records: 9_800, findings: 1, unreadable: 0, strays: 1, orphans: 0 }, [
        {
          user_hash: null,
          object: 'audiences/notes.txt',
          check: 'stray',
          detail: 'no writer put it there',
          records: 0,
        },
      ]),
    },
  },
  metrics: {
    description: `The figures behind the dashboard and its alerts. ${RUNS}`,
    answers: {
      200: ran(
        {
          objects: 340,
          bytes: 51_200_000,
          near_limit: 0,
          audiences: { ...stored, by_status: { active: 7_100, draft: 2_580 } },
          platforms: { ...stored, by_status: { connected: 9_680 } },
          distributions: { ...stored, by_status: { completed: 9_680 } },
        },
        [{ user_hash, objects: 5, bytes: 1_400_000, records: 310 }],
      ),
    },
  },
  reencrypt: {
    description: `After it nothing needs the former version of the key. ${RUNS} ${DRY_RUN}`,
    answers: {
      200: ran({ sealed: 210, outdated: 1, reencrypted: 0, overtaken: 0, failed: 1 }, [
        {
          user_hash,
          platform_id: PLATFORM.platform_id,
          key_version: 'cryptoKeys/credentials/cryptoKeyVersions/1',
          reason: 'the key version is disabled',
        },
      ]),
    },
  },
}
