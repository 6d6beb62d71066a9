import type { Use } from '../use.ts'

/** Services of Google that act for the environment, and other systems. Users need no right: the functions check tokens. */
export const OTHER_USES: readonly Use[] = [
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
