import { AUDIENCES_IMPORT } from './audiences.ts'
import type { ImportKind } from './import-kind.ts'

export const IMPORT_KINDS: readonly ImportKind[] = [AUDIENCES_IMPORT]
