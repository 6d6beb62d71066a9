import type { AppConfig } from '#shared/contract/app-config.ts'
import type { EdgeSettings } from '#shared/settings/edge-settings.ts'
import { issuerSpellings } from '#shared/settings/issuer-names.ts'
import { SettingsError } from '#shared/settings/settings.ts'
import type { AppSettings } from './settings.ts'

const GOOGLE = 'https://accounts.google.com'

/** What a demo account is asked for by; the local runtime gives anyone a token for any. */
const DEMO_ACCOUNT = { user_id: 'demo_user', name: 'Demo user', email: 'demo@example.com' }

type ConfigSettings = Omit<AppSettings, 'APP_DIR' | 'ASSETS_BUCKET'> & Pick<EdgeSettings, 'OIDC_ISSUERS'>

/**
 * What the app knows of its environment.
 * @throws SettingsError when users could sign in and every function would refuse their tokens
 */
export function appConfigOf(settings: ConfigSettings, app_version: string): AppConfig {
  const { API_ORIGINS, SUGGESTION_URL, SIZE_URL, SUPPORT_CONTACT, FEEDBACK_CONTACT } = settings
  return {
    origins: API_ORIGINS ?? '',
    ...signInOf(settings),
    ...(SUGGESTION_URL !== undefined && { suggestion_url: SUGGESTION_URL }),
    ...(SIZE_URL !== undefined && { size_url: SIZE_URL }),
    ...(SUPPORT_CONTACT !== undefined && { support_contact: SUPPORT_CONTACT }),
    ...(FEEDBACK_CONTACT !== undefined && { feedback_contact: FEEDBACK_CONTACT }),
    app_version,
  }
}

function signInOf(settings: ConfigSettings): Pick<AppConfig, 'issuer' | 'sign_in'> {
  const { OIDC_ISSUERS: issuers, GOOGLE_CLIENT_ID: client_id, DEMO_TOKEN_URL: token_url } = settings
  const { GOOGLE_SCRIPT_URL: script_url } = settings
  if (client_id !== undefined) {
    const google = issuers.find(
      ({ issuer, audiences }) => issuerSpellings(issuer).includes(GOOGLE) && audiences.includes(client_id),
    )
    if (google === undefined) {
      const message = `must be an audience of ${GOOGLE} in OIDC_ISSUERS, or every function refuses the tokens of its users`
      throw new SettingsError([{ name: 'GOOGLE_CLIENT_ID', message }])
    }
    return {
      issuer: google.issuer,
      sign_in: { kind: 'google', client_id, ...(script_url !== undefined && { script_url }) },
    }
  }
  const { issuer } = issuers.find(({ alias }) => alias === undefined)!
  if (token_url === undefined) return { issuer, sign_in: { kind: 'none' } }
  return { issuer, sign_in: { kind: 'demo', token_url, account: DEMO_ACCOUNT } }
}
