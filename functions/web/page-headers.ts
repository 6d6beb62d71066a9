import { hash } from 'node:crypto'

import { type AppConfig, GOOGLE_SCRIPT_URL } from '#shared/contract/app-config.ts'

/** The one policy of Trusted Types that the app makes: it names the script of the service worker, and Google's. */
const TRUSTED_TYPES_POLICY = 'activation-manager'

type Policy = Readonly<Record<string, readonly string[]>>

/**
 * What the app's page may load and call: itself, and the origins in its configuration. Nothing runs or styles inline.
 * Google's script is outside of our hands, so that only a page without it can demand Trusted Types.
 */
function appPolicy(config: AppConfig): string {
  const { origins, sign_in, suggestion_url, size_url } = config
  const google = sign_in.kind === 'google' ? googleSources(sign_in.script_url) : undefined
  const called = [
    ...(typeof origins === 'string' ? [origins] : Object.values(origins)),
    suggestion_url,
    size_url,
    sign_in.kind === 'demo' ? sign_in.token_url : undefined,
  ].flatMap((url) => (url ? [new URL(url).origin] : []))
  const withGoogle = (source: string | undefined) => (source === undefined ? [] : [source])
  const policy: Policy = {
    'default-src': ["'none'"],
    'script-src': ["'self'", ...withGoogle(google?.script)],
    'style-src': ["'self'", ...withGoogle(google?.style)],
    'connect-src': ["'self'", ...new Set(called), ...withGoogle(google?.any)],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'worker-src': ["'self'"],
    'manifest-src': ["'self'"],
    'frame-src': google ? [google.any] : ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
    ...(!google && { 'require-trusted-types-for': ["'script'"], 'trusted-types': [TRUSTED_TYPES_POLICY] }),
  }
  return policyText(policy)
}

/** What Google's sign-in loads and calls: https://developers.google.com/identity/gsi/web/guides/get-google-api-clientid */
function googleSources(script = GOOGLE_SCRIPT_URL) {
  return { script, style: new URL('style', script).href, any: new URL('.', script).href }
}

/** The headers of the app's page and of its service worker. */
export function appHeaders(config: AppConfig): Readonly<Record<string, string>> {
  const has_google = config.sign_in.kind === 'google'
  return {
    'Content-Security-Policy': appPolicy(config),
    // Google's window tells the page that opened it who signed in, and asks for the page's origin.
    'Cross-Origin-Opener-Policy': has_google ? 'same-origin-allow-popups' : 'same-origin',
    'Referrer-Policy': has_google ? 'strict-origin-when-cross-origin' : 'no-referrer',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'X-Robots-Tag': 'noindex',
  }
}

/** The policy of a page that is text, with one style. */
export function plainPolicy(style: string): string {
  return policyText({
    'default-src': ["'none'"],
    'style-src': [`'sha256-${hash('sha256', style, 'base64')}'`],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  })
}

function policyText(policy: Policy): string {
  return Object.entries(policy)
    .map(([name, sources]) => [name, ...sources].join(' '))
    .join('; ')
}
