import { changesOf, type Change } from '../change.ts'

/** Of credentials under their key, and tokens under those of their issuers. */
export const SECRETS_AND_TOKENS_CHANGES: readonly Change[] = [
  ...changesOf('shared/credentials/cloud-kms.ts', 'tests/credentials/cloud-kms.test.ts', [
    ['!answer.verifiedPlaintextCrc32c || !answer', '!answer.verifiedPlaintextCrc32c && !answer'],
  ]),
  ...changesOf('shared/credentials/vault.ts', 'tests/credentials/vault.test.ts', [
    [
      'JSON.stringify([FORMAT, bucket, user_id, platform_id, platform_type])',
      "[FORMAT, bucket, user_id, platform_id, platform_type].join('/')",
    ],
    [' || marked_key[0] !== DATA_KEY_MARK', ''],
    ['marked_key.length !== DATA_KEY_BYTES + 1 || ', ''],
  ]),
  ...changesOf('shared/http/auth/key-source.ts', 'tests/http/key-source.test.ts', [
    ['!issuerSpellings(issuer).includes(document.issuer)', 'false'],
    ['age_ms < KEPT_MS', 'age_ms <= KEPT_MS'],
    ['if (keys?.text === text) keys.fetched_ms = fetched_ms', 'if (keys?.text === text) void 0'],
    [
      'clock.monotonicMs() - attempted_ms >= REFETCH_INTERVAL_MS',
      'clock.monotonicMs() - attempted_ms > REFETCH_INTERVAL_MS',
    ],
  ]),
  ...changesOf('shared/http/auth/authenticate.ts', 'tests/http/authenticate.test.ts', [
    ['expires_s > now_s - CLOCK_TOLERANCE_S', 'expires_s >= now_s - CLOCK_TOLERANCE_S'],
    ['payload.nbf ?? 0', '0'],
  ]),
  ...changesOf('shared/credentials/kms-failures.ts', 'tests/credentials/kms-failures.test.ts', [
    ["typeof code === 'string' && /^[A-Z][A-Z_]{2,40}$/.test(code)", "typeof code === 'string'"],
    ["error instanceof Error && 'details' in error", 'error instanceof Error'],
  ]),
]
