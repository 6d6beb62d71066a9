import type { OperationText } from '#shared/contract/openapi-texts.ts'
import { success } from './operation-text.ts'
import { USAGE } from './records.ts'

/** The text of the route of one kind. @param actions what they do, in words */
export function batchText(
  noun: string,
  plural: string,
  ids: readonly [string, string],
  actions: string,
): OperationText {
  return {
    description:
      `${actions} \`tag\` and \`untag\` need \`tags\`. Either \`ids\` (200 at most) or a \`filter\`, which takes what the query of the ` +
      `list takes: the first 200 that it finds are the ${plural} of this request, and with \`next_cursor\` the next 200 follow. Each ` +
      `${noun} decides for itself: \`changed\`, \`unchanged\` (it already is so), \`refused\`, or \`retry\` with \`retry_after_ms\` where ` +
      'the store did not take it or there was no time left. The answer is 200 all the same. To repeat a request is safe: what is done ' +
      'is unchanged then. With `dry_run` nothing is written, and the answer says what would be, and of `archive` and `delete` with ' +
      '`usage` what uses each record that would change. With `if_unused` those two refuse a record that is in use (`in-use`).',
    request: { ids, action: 'delete', if_unused: true, dry_run: true },
    answers: {
      200: success({
        dry_run: true,
        results: [
          {
            id: ids[0],
            outcome: 'changed',
            version: 4,
            usage: { ...USAGE, scheduled: 0, refreshing_on: [], refreshing_count: 0 },
          },
          {
            id: ids[1],
            outcome: 'refused',
            problem: {
              type: '/problems/in-use',
              title: 'The record is in use',
              status: 409,
              detail: `The ${noun} is in use by distributions: 1 scheduled.`,
              usage: { ...USAGE, refreshing_on: [], refreshing_count: 0 },
            },
          },
        ],
        counts: { changed: 1, unchanged: 0, refused: 1, retry: 0 },
        next_cursor: null,
      }),
    },
  }
}
