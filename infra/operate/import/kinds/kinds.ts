import { AUDIENCES_IMPORT } from './audiences.ts'
import { DISTRIBUTIONS_IMPORT } from './distributions.ts'
import type { ImportKind } from './import-kind.ts'
import { PLATFORMS_IMPORT } from './platforms.ts'

/** In the order of import: a distribution refers to records of the other kinds. */
export const IMPORT_KINDS: readonly ImportKind[] = [AUDIENCES_IMPORT, PLATFORMS_IMPORT, DISTRIBUTIONS_IMPORT]
