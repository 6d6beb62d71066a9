import type { Change } from './change.ts'
import { COMMITS_CHANGES } from './changes/commits.ts'
import { DECISIONS_CHANGES } from './changes/decisions.ts'
import { JOBS_AND_DISTRIBUTIONS_CHANGES } from './changes/jobs-and-distributions.ts'
import { OBJECTS_CHANGES } from './changes/objects.ts'
import { SECRETS_AND_TOKENS_CHANGES } from './changes/secrets-and-tokens.ts'
import { STORED_OBJECTS_CHANGES } from './changes/stored-objects.ts'

export const ALL_CHANGES: readonly Change[] = [
  ...OBJECTS_CHANGES,
  ...COMMITS_CHANGES,
  ...DECISIONS_CHANGES,
  ...STORED_OBJECTS_CHANGES,
  ...SECRETS_AND_TOKENS_CHANGES,
  ...JOBS_AND_DISTRIBUTIONS_CHANGES,
]
