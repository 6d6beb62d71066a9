import * as z from 'zod'

import type { Routes } from './route.ts'

/** The routes of the maintenance function: for operators and the scheduler only. */

const dispatched = z.object({
  success: z.literal(true),
  users: z.int().describe('Users whose distributions were looked at.'),
  started: z.int().describe('Scheduled distributions that were due and are pending now.'),
  refreshed: z.int().describe('Refresh distributions that were created.'),
  failed_users: z.int().describe('Users whose records could not be read or written; the log says why.'),
  next_cursor: z.string().nullable().describe('Where to go on; null when every user had a turn.'),
})

export const maintenanceRoutes = {
  dispatch: {
    function: 'maintenance',
    method: 'POST',
    path: '/api/maintenance/dispatch',
    summary: 'Start the scheduled distributions that are due and refresh what a platform wants refreshed.',
    access: 'operator',
    query: z.strictObject({
      cursor: z
        .string()
        .max(1000)
        .optional()
        .describe('`next_cursor` of the call before. Without it an instance goes on where its own last call stopped.'),
    }),
    answers: { 200: { description: 'What was done.', body: dispatched } },
  },
} as const satisfies Routes
