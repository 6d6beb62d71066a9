import type { flagsRoutes } from '#shared/contract/flags.ts'
import { success, type TextsOf } from './operation-text.ts'

export const flagsTexts: TextsOf<typeof flagsRoutes> = {
  getFlags: {
    description:
      'With a token the user decides, and `client_id` has no meaning; without one `client_id` is needed. The same user or ' +
      'client gets the same answer until an operator changes a flag, which takes effect within a minute; a higher ' +
      'percentage only adds users. A token that is sent must be good.',
    answers: {
      200: success({
        flags: { persistence_v2: true },
        notice: {
          id: 'ntc_01jwbz0000fxftqbqnahz3n2jx',
          text: 'Distributions to LinkedIn are delayed today.',
          level: 'warning',
          until: '2025-05-29T06:00:00.000Z',
        },
      }),
    },
  },
}
