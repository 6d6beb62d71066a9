import * as z from 'zod/mini'

import { setting } from '#shared/settings/settings.ts'

/** Where the local runtime keeps what it stores, and operators' commands find it. */
export const folderSettings = {
  DATA_DIR: setting({
    schema: z._default(
      z.string().check(z.refine((text) => text.trim() !== '', { error: 'must be the path of a folder' })),
      '.data',
    ),
    description: 'Folder of the local runtime, where records go when no bucket is configured.',
    example: '.data',
  }),
} as const
