import type { OperationText } from '#shared/contract/openapi-texts.ts'
import { success } from './operation-text.ts'

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
      'is unchanged then. With `dry_run` nothing is written, and the answer says what would be.',
    request: { ids, action: 'tag', tags: ['spring'] },
    answers: {
      200: success({
        dry_run: false,
        results: [
          { id: ids[0], outcome: 'changed', version: 4 },
          {
            id: ids[1],
            outcome: 'refused',
            problem: {
              type: '/problems/not-found',
              title: 'Not found',
              status: 404,
              detail: `There is no ${noun} with this id.`,
            },
          },
        ],
        counts: { changed: 1, unchanged: 0, refused: 1, retry: 0 },
        next_cursor: null,
      }),
    },
  }
}
