import * as z from 'zod/mini'

import { NAME_LENGTH_MAX, text } from '../records/fields.ts'
import { sentId } from '../records/sent-fields.ts'
import type { RecordSubject, Route } from './route.ts'

/** What a request for a copy may say of it, whatever the kind. */
const COPY_SHAPE = {
  name: z
    .nullish(text(NAME_LENGTH_MAX).check(z.minLength(1)))
    .check(z.describe('Without one that of the source with “(copy)”, “(copy 2)” and so on behind it.')),
}

/**
 * The route that copies a record of one kind.
 * @param saved the body of the answer
 */
export function duplicateRoute<
  const Function extends Route['function'],
  const Path extends string,
  const Noun extends string,
  Saved extends z.ZodMiniType,
>({ function: name, path, noun, a_noun }: RecordSubject<Function, Path, Noun>, saved: Saved) {
  const own_id = { [`${noun}_id`]: sentId } as { readonly [Id in `${Noun}_id`]: typeof sentId }
  return {
    function: name,
    method: 'POST',
    path: `${path}/duplicate`,
    summary: `Make a copy of ${a_noun}.`,
    access: 'user',
    body: z.strictObject({ ...COPY_SHAPE, ...own_id }),
    conditional: true,
    idempotent_by_key: true,
    answers: {
      200: { description: 'The copy with this id was made before.', body: saved },
      201: { description: 'Created.', body: saved },
    },
  } as const
}
