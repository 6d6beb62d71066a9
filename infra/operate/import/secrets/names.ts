/**
 * Which names tell that their value is a secret. A name is taken as an English compound: its last word says what the
 * value is, so that `password_policy` is a policy and `token_count` a count. A word counts as a whole: `author`,
 * `secretary` and `passive` have none of these.
 */

/** Nouns that make a secret of everything that is not merely about them. */
const TELLING =
  /\b(?:\w*passwords?|passwd|passwort|kennwort|\w*pwd|passphrase|passcode|\w*secrets?|credentials?|creds|(?:api|access|auth|encryption|hmac|master|private|service account|shared|signing|ssh) ?keys?|connection ?strings?|conn ?str|shared access signature|oauth (?:access|code|refresh)|(?:admin|db|ftp|login|mail|root|sftp|smtp|ssh|user) ?pass)\b/

/** Nouns that are a secret only where they stand last: a cookie is one, a cookie policy is none. */
const TELLING_LAST = /(?:^pass|\b(?:cookies?|\w*tokens?|o?auth|authorization|bearer|jwt|(?:auth|authorization) code))$/

/** Last words that say nothing about what the value is: `token_value`, `cookie_header`, `token_prod`. */
const NEUTRAL =
  / (?:backup|base|current|data|default|dev|encoded|header|headers|live|main|new|old|plain|plaintext|primary|prod|production|raw|secondary|staging|string|temp|test|text|value|values|[a-z]?)$/

/** Last words of what is about a secret and not the secret itself. */
const ABOUT =
  /\b(?:age|alert|alerts|algorithm|at|attempts|bits|category|changed|column|columns|consent|count|counts|created|date|days|description|domain|enabled|endpoint|error|errors|event|events|exists|expiration|expired|expires|expiry|field|fields|flow|form|format|host|hours|id|ids|interval|kind|label|last|length|level|lifetime|limit|link|location|manager|max|message|method|min|minutes|missing|mode|ms|name|names|number|owner|page|path|policies|policy|present|protected|provider|required|requirement|requirements|rotated|rotation|rule|rules|scheme|scope|scopes|screen|seconds|set|size|source|state|status|step|strategy|strength|support|supported|time|timestamp|title|total|ttl|type|types|updated|uri|url|usage|used|users|valid|verified|version|warning)$/

/** First words of a yes or no, or of a number. */
const QUESTION =
  /^(?:allow|allows|forgot|has|have|is|max|min|missing|needs|no|num|number of|require|requires|total|use|uses|without) /

/** Names whose value is a secret only when it looks random too. */
const WEAK = /\b(?:access|hmac|key|keys|nonce|otp|refresh|salt|sas|session|session ?id|sid|sig|signature)$/

/** Names of objects in which every text is a secret unless its name says otherwise. */
const CONTAINER = /\bo?auth(?:entication|orization)?$/

/** What an object such as `oauth` has besides secrets. */
const PUBLIC_IN_CONTAINER =
  /\b(?:account|audience|client id|email|expires in|flow|grant|host|issuer|owner|provider|realm|redirect|region|tenant|user|username)$/

/** A name in words: `X-Api-Key`, `xApiKey` and `x.api_key` are `x api key`. */
function wordsOf(name: string): string {
  return name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word.replace(/\d+$/, ''))
    .join(' ')
    .trim()
}

/** The words up to the last one that says what the value is. */
function withoutNeutral(words: string): string {
  const shorter = words.replace(NEUTRAL, '').trim()
  return shorter === words ? words : withoutNeutral(shorter)
}

/** What a name says of its value. */
interface Judgement {
  readonly is_secret: boolean
  readonly is_plural: boolean
  readonly is_weak: boolean
  readonly is_container: boolean
  readonly is_secret_in_container: boolean
}

/** Names come again in every row. */
const judged = new Map<string, Judgement>()
const JUDGED_MAX = 10_000
const CACHED_LENGTH_MAX = 100

function judge(name: string): Judgement {
  const known = judged.get(name)
  if (known) return known
  const words = wordsOf(name)
  const telling = withoutNeutral(words)
  const is_about = ABOUT.test(telling) || QUESTION.test(words)
  const judgement = {
    is_secret: !is_about && (TELLING.test(words) || TELLING_LAST.test(telling)),
    is_plural: words.endsWith('s'),
    is_weak: WEAK.test(telling),
    is_container: CONTAINER.test(words),
    is_secret_in_container: !is_about && !PUBLIC_IN_CONTAINER.test(words),
  }
  if (judged.size >= JUDGED_MAX) judged.clear()
  if (name.length <= CACHED_LENGTH_MAX) judged.set(name, judgement)
  return judgement
}

export function isSecretName(name: string): boolean {
  return judge(name).is_secret
}

/** Whether a number of them is a count: `tokens: 512`, `max_tokens`. */
export function isPlural(name: string): boolean {
  return judge(name).is_plural
}

/** Whether a long random value under the name is a secret: `key`, `signature`. */
export function isWeakName(name: string): boolean {
  return judge(name).is_weak
}

/** Whether the name is that of an object with secrets and other things: `oauth`. */
export function isContainerName(name: string): boolean {
  return judge(name).is_container
}

/** Whether the member of an object such as `oauth` is a secret: `refresh`, and not `scope`. */
export function isSecretInContainer(name: string): boolean {
  return judge(name).is_secret_in_container
}
