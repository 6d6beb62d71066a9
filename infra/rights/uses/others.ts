import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import type { Use } from '../use.ts'
import { accountOf } from './functions.ts'

/** Users, and services of Google that act for the environment. */
export const OTHER_USES: readonly Use[] = [
  {
    what: 'browsers, the scheduler and uptime checks call the functions, which check tokens themselves',
    who: 'allUsers',
    permissions: ['run.routes.invoke'],
    on: FUNCTION_NAMES.map((name) => `service ${accountOf(name)}`),
    grant: 'google_cloud_run_v2_service_iam_member.public',
  },
  {
    what: 'Cloud Storage encrypts the objects of the data bucket',
    who: 'storage agent',
    permissions: ['cloudkms.cryptoKeyVersions.useToEncrypt', 'cloudkms.cryptoKeyVersions.useToDecrypt'],
    on: ['key bucket'],
    grant: 'google_kms_crypto_key_iam_member.bucket',
  },
  {
    what: 'jobs of another system deliver as the delivery account',
    who: 'another build system',
    permissions: ['iam.serviceAccounts.getAccessToken'],
    on: ['account am-delivery'],
    grant: 'google_service_account_iam_member.delivery_federated',
  },
]
