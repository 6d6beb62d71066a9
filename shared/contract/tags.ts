import * as z from 'zod/mini'

import { tag } from './batch.ts'
import { integerInText } from './integer-in-text.ts'
import { partialProblem } from './problem-document.ts'
import type { Routes } from './route.ts'

/** The routes of tags, which the audiences function answers. */

/** Characters of a tag that lists name and filters take. */
export const TAG_LENGTH_MAX = 200
/** Audiences that an answer names because they kept their tags. */
export const LEFT_MAX = 50

const success = { success: z.literal(true) }

const tagCount = z.object({
  tag: z.string(),
  live: z.int().check(z.describe('Drafts and active audiences that have it.')),
  archived: z.int(),
})

const left = z.object({ audience_id: z.string(), name: z.string(), problem: partialProblem })

export const tagRoutes = {
  listTags: {
    function: 'audiences',
    method: 'GET',
    path: '/api/tags',
    summary: 'One page of the tags of your audiences, by name, and how many audiences have each.',
    access: 'user',
    query: z.strictObject({
      limit: z.optional(integerInText(1, 1000).check(z.describe('Tags of a page, 1–1000; 200 without it.'))),
      // It has a tag in it.
      cursor: z.optional(z.string().check(z.maxLength(4000))),
    }),
    answers: {
      200: {
        description: 'Spellings of one text in Unicode are one tag.',
        body: z.object({ ...success, tags: z.array(tagCount), count: z.int(), next_cursor: z.nullable(z.string()) }),
      },
    },
  },
  renameTag: {
    function: 'audiences',
    method: 'POST',
    path: '/api/tags/rename',
    summary: 'Give another name to a tag on all your audiences, or merge it into a tag that there is.',
    access: 'user',
    body: z.strictObject({ from: tag, to: tag }),
    answers: {
      200: {
        description: 'What became of the audiences that had the tag.',
        body: z.object({
          ...success,
          outcome: z.enum(['changed', 'unchanged']),
          changed: z.int().check(z.describe('Audiences that have the new name now, but for deleted ones.')),
          left: z.array(left).check(z.describe(`Audiences that keep the old one, and why; the first ${LEFT_MAX}.`)),
          left_count: z.int(),
          more: z.boolean().check(z.describe('There was not enough time for all of them: ask again.')),
        }),
      },
    },
  },
} as const satisfies Routes
