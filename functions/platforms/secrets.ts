import { isoTime, type Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import { type CredentialVault, type Credentials, sealedCredentials } from '#shared/credentials/vault.ts'
import { readCredentials, viewCredentials } from '#shared/ad-platforms/ad-platforms.ts'
import {
  type PlatformRecord,
  type PlatformRow,
  type PlatformType,
  PLATFORMS,
  SEALED_CREDENTIALS,
} from '#shared/records/platform.ts'
import { valuesOf } from '#shared/records/record-rows.ts'
import { FieldErrors } from '#shared/records/validation/field-errors.ts'
import { refuseIfAny } from '#shared/records/validation/validate.ts'

/** Where credentials belong: what they are sealed for, besides the bucket. */
export interface Owner {
  readonly user_id: string
  readonly platform_id: string
  readonly platform_type: PlatformType
}

/** What a record gets with credentials. */
type SealedValues = Pick<PlatformRecord, typeof SEALED_CREDENTIALS | 'credentials' | 'last_test' | 'status'>

/** The credentials of platforms on their way into records and out of them. Every method is one call to the key. */
export class PlatformSecrets {
  readonly #vault: CredentialVault
  readonly #bucket: string
  readonly #clock: Clock

  constructor(vault: CredentialVault, bucket: string, clock: Clock) {
    this.#vault = vault
    this.#bucket = bucket
    this.#clock = clock
  }

  /**
   * What a record gets with new credentials. Nobody knows yet whether they work: it becomes `pending`, untested.
   * @throws Problem `invalid-input` naming every bad field; KeyError
   */
  async seal(owner: Owner, sent: unknown): Promise<SealedValues> {
    const errors = new FieldErrors()
    const credentials = readCredentials(owner.platform_type, sent, errors)
    refuseIfAny(errors)
    const sealed = await this.#vault.seal(credentials!, { ...owner, bucket: this.#bucket })
    const view = viewCredentials(owner.platform_type, credentials!)
    return {
      [SEALED_CREDENTIALS]: { ...sealed },
      credentials: { encrypted: true, ...view, updated_at: isoTime(this.#clock.nowMs()) },
      last_test: null,
      status: 'pending',
    }
  }

  /** @throws Problem `conflict` when there are none; KeyError */
  async open(user_id: string, row: PlatformRow): Promise<Credentials> {
    const stored = valuesOf(PLATFORMS, row, [SEALED_CREDENTIALS])[SEALED_CREDENTIALS]
    if (stored === null) {
      throw new Problem('conflict', 'The platform has no credentials. Add them with PUT …/credentials.', {
        members: { code: 'no_credentials' },
      })
    }
    return await this.#vault.open(sealedCredentials(stored), { ...ownerOf(user_id, row), bucket: this.#bucket })
  }
}

/** The owner as it is stored: the id in a request may be another spelling of an old one. */
export function ownerOf(user_id: string, row: PlatformRow): Owner {
  return {
    user_id,
    platform_id: row.platform_id,
    platform_type: row.platform_type,
  }
}
