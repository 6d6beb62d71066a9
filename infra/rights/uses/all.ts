import type { Use } from '../use.ts'
import { ANALYSIS_USES } from './analysis.ts'
import { DELIVERY_USES } from './delivery.ts'
import { FUNCTION_USES } from './functions.ts'
import { ON_CALL_USES } from './on-call.ts'
import { OPERATOR_USES } from './operators.ts'
import { OTHER_USES } from './others.ts'

/** The table of rights, by section. */
export const USES_BY_SECTION: Readonly<Record<string, readonly Use[]>> = {
  Functions: FUNCTION_USES,
  Delivery: DELIVERY_USES,
  Operators: OPERATOR_USES,
  'People on call': ON_CALL_USES,
  Analysis: ANALYSIS_USES,
  'Users and services of Google': OTHER_USES,
}

export const ALL_USES: readonly Use[] = Object.values(USES_BY_SECTION).flat()
