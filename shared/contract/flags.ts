import * as z from 'zod/mini'

import { clientId } from './client-id.ts'
import type { Routes } from './route.ts'

/** The routes of the flags function: what an app may do, and what its users should read. */

/** Every flag by its name; a name keeps its meaning for ever, because the percentage that it decides by depends on it. */
export const FLAG_NAMES = ['persistence_v2'] as const
export type FlagName = (typeof FLAG_NAMES)[number]

export const NOTICE_CHARACTERS_MAX = 2000
export const NOTICE_LEVELS = ['info', 'warning'] as const

export const notice = z.object({
  id: z.string().check(z.describe('Another notice has another id; an app remembers by it what was dismissed.')),
  text: z.string().check(z.minLength(1), z.maxLength(NOTICE_CHARACTERS_MAX)),
  level: z.enum(NOTICE_LEVELS),
  until: z.nullable(z.iso.datetime()).check(z.describe('From then on it is not shown; null: until it is cleared.')),
})
export type Notice = z.output<typeof notice>

const flags = z.object({
  persistence_v2: z.boolean().check(z.describe('Whether the app saves its records with this service.')),
} satisfies Record<FlagName, z.ZodMiniType<boolean>>)

export const flagsRoutes = {
  getFlags: {
    function: 'flags',
    method: 'GET',
    path: '/api/flags',
    summary: 'Which features are on for you, or for a guest, and what all users should read.',
    access: 'optional',
    query: z.strictObject({
      client_id: z
        .optional(clientId)
        .check(z.describe('Needed without a token: the client then decides. With a token the user does.')),
    }),
    answers: {
      200: {
        description: 'The flags.',
        body: z.object({ success: z.literal(true), flags, notice: z.nullable(notice) }),
      },
    },
  },
} as const satisfies Routes
