import { isSecretName, isWeakName } from './names.ts'

/**
 * Secrets in texts, by their shape. Each shape is exact enough to leave ids, digits and digests alone; what is only long
 * and random counts where a name beside it tells. Every expression begins at a boundary, so that the work is linear.
 */

const REMOVED = '[removed]'

const PEM =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g
const JWT = /(?<![\w-])(eyJ[\w-]+)\.[\w-]+(?:\.[\w-]*){1,3}/g
const BEARER = /\b(bearer\s+)([\w.~+/=-]*[\w=])/gi
const BASIC = /\b(basic\s+)([\w+/-]{4,}={0,2})/gi
const URL_USER = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/)[^\s/:@]*:[^\s/]+@/gi
const COOKIE = /\b((?:set-)?cookie["']?\s*:\s*["']?)[^\s=;"']+=[^\r\n"']*/gi
const ELEMENT = /<([a-z][\w:.-]*)([^<>]*)>([^<]+)<\/\1>/gi
/** A name with the sign behind it, as in `password=…`, `"api_key": "…"`, `pwd: …`. */
const NAME = /(?<![\w.-])((?:\\{0,4}["'])?)([a-z][\w.-]*)\1\s*(=|:)\s*/gi
/** What stands behind it: with the scheme of an `Authorization`, in quotes, in quotes within JSON text, or bare. */
const VALUE =
  /((?:bearer|basic|token|digest|apikey)\s+)?(?:\\+(["'])(.*?)\\+\2|"((?:[^"\\\r\n]|\\.)*)(?:"|$)|'((?:[^'\\\r\n]|\\.)*)(?:'|$)|([^\s"'&,;)}\]\\]+))/imy

/** Something that every shape has: most texts have none of it. */
const TRACE = /[=:@<]|bearer|basic|eyJ|-----BEGIN/i

/** The text without the secrets in it; the text itself when it has none. */
export function withoutSecretShapes(text: string): string {
  if (!TRACE.test(text)) return text
  const shapeless = text
    .replaceAll(PEM, REMOVED)
    .replaceAll(JWT, (found, header: string) => (isJoseHeader(header) ? REMOVED : found))
    .replaceAll(URL_USER, `$1${REMOVED}@`)
    .replaceAll(ELEMENT, (found, name: string, attributes: string) =>
      isSecretName(name) ? `<${name}${attributes}>${REMOVED}</${name}>` : found,
    )
    .replaceAll(COOKIE, `$1${REMOVED}`)
    .replaceAll(BASIC, (found, scheme: string, value: string) => (isUserAndPassword(value) ? scheme + REMOVED : found))
    .replaceAll(BEARER, (found, scheme: string, value: string, at: number, whole: string) => {
      const is_prose =
        isWord(value) &&
        (!found.startsWith('B') || /^\s+[a-z]/i.test(whole.slice(at + found.length, at + found.length + 3)))
      return is_prose || isSchemeWord(value) ? found : scheme + REMOVED
    })
  return withoutNamed(shapeless)
}

/** The text without values that a name before them tells. */
function withoutNamed(text: string): string {
  const parts: string[] = []
  let done = 0
  for (const { index, 0: head, 2: name = '', 3: sign } of text.matchAll(NAME)) {
    const is_telling = isSecretName(name)
    // A name within a value that is left out is left out too.
    if (index < done || (!is_telling && !isWeakName(name))) continue
    VALUE.lastIndex = index + head.length
    const [found = '', scheme = '', , escaped, double, single, bare = ''] = VALUE.exec(text) ?? []
    const quoted = escaped ?? double ?? single
    const value = quoted ?? bare
    if (NO_SECRET.test(value) || isSchemeOnly(value)) continue
    const is_said = quoted !== undefined || sign === '=' || looksRandom(value) || (scheme !== '' && !isWord(value))
    if (is_telling ? !is_said : !isLongRandom(value)) continue
    parts.push(text.slice(done, index + head.length), scheme, REMOVED)
    done = index + head.length + found.length
  }
  return parts.join('') + text.slice(done)
}

const NO_SECRET = /^(?:\W*|null|none|true|false|undefined|nil|\W*removed\W*|\W*redacted\W*)$/i

/** What a name such as `Authorization` says without a secret: the scheme alone. */
export function isSchemeOnly(value: string): boolean {
  return /^(?:none|basic|bearer|digest|oauth ?2?(?:\.0)?|api[_ -]?key|jwt|sso|saml|required|optional|enabled|disabled|yes|no|session|all|essential|blocked|allowed|accepted|rejected|granted|denied)$/i.test(
    value.trim(),
  )
}

function isJoseHeader(part: string): boolean {
  return /^\{.*"[\w]+"\s*:/s.test(Buffer.from(part, 'base64url').toString())
}

function isUserAndPassword(value: string): boolean {
  return /^[\x20-\x39\x3b-\x7e]*:[\x20-\x7e]+$/.test(Buffer.from(value, 'base64').toString('latin1'))
}

/** `Bearer authentication failed`, `the bearer of`: letters alone, with a word behind them. */
function isWord(value: string): boolean {
  return /^(?:[A-Za-z]?[a-z]{0,19}|[A-Z]{1,14})$/.test(value)
}

/** What is said of the scheme where no token stands. */
function isSchemeWord(value: string): boolean {
  return value.length < 6 || /^(?:tokens?|auth\w*|credentials?|header|scheme|method|realm|requests?)$/i.test(value)
}

const ID_OR_DIGEST =
  /^(?:[\d.,:+TZ-]+|[a-z]{2,10}[_-][0-9a-hjkmnp-tv-z]{8,26}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:sha\d+[:-])?[0-9a-f]{32,128})$/i

/** A word of prose has no digits; an id or a digest is no secret. */
function looksRandom(value: string): boolean {
  return value.length >= 6 && /\d/.test(value) && /[A-Za-z]/.test(value) && !ID_OR_DIGEST.test(value)
}

/** Shortest value that counts as a key under a name such as `key`. */
const KEY_LENGTH_MIN = 20

/** Whether a value looks drawn by chance: lower case, upper case and digits that change all the time. */
export function isLongRandom(value: string): boolean {
  if (value.length < KEY_LENGTH_MIN || !/^[\w+/=~-]+$/.test(value) || ID_OR_DIGEST.test(value)) return false
  if (!/[a-z]/.test(value) || !/[A-Z]/.test(value) || !/\d/.test(value)) return false
  const changes = value.match(/[a-z](?=[^a-z])|[A-Z](?=[^A-Z])|\d(?=\D)/g)?.length ?? 0
  return changes / value.length > 0.4
}
