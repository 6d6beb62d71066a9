import type { Check } from './check.ts'
import { MACHINE_CHECKS } from './checks/machine.ts'
import { OPERATIONS_CHECKS } from './checks/operations.ts'
import { POLICY_CHECKS } from './checks/policies.ts'
import { PROJECT_CHECKS } from './checks/project.ts'
import { QUOTA_CHECKS } from './checks/quotas.ts'
import { SERVING_CHECKS } from './checks/serving.ts'

/** All that doctor asks, in the order of its report. */
export const CHECKS: readonly Check[] = [
  ...MACHINE_CHECKS,
  ...PROJECT_CHECKS,
  ...POLICY_CHECKS,
  ...QUOTA_CHECKS,
  ...SERVING_CHECKS,
  ...OPERATIONS_CHECKS,
]
