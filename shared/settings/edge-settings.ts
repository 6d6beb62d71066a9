import * as z from 'zod/mini'

import { SEVERITIES } from '../logging/log.ts'
import { isIssuerWithoutScheme, issuerAddress } from './issuer-names.ts'
import { json } from './json.ts'
import { SettingsError, type SettingsOf, setting } from './settings.ts'
import { wholeNumber } from './whole-number.ts'

/** Signatures made with a private key only: with a shared secret, any verifier could also issue tokens. */
const SIGNATURE_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'] as const

/** A setting that is the address of a service. */
export const address = z.url({ protocol: /^https?$/, error: 'must be an http(s) address' })

/** One OpenID provider whose ID tokens are accepted. */
const issuerSchema = z.strictObject({
  /** Exactly as in the tokens' `iss`; without a scheme it stands for https. */
  issuer: z.union([address, z.string().check(z.refine(isIssuerWithoutScheme))], {
    error: 'must be an http(s) address, or a host such as accounts.google.com',
  }),
  /** The accepted values of `aud`: the client ids of the app. */
  audiences: z
    .array(z.string().check(z.minLength(1)))
    .check(z.minLength(1, { error: 'must name at least one audience' })),
  algorithms: z._default(z.array(z.enum(SIGNATURE_ALGORITHMS)).check(z.minLength(1)), ['RS256']),
  /** Prefix of its users' ids, before `sub`. The one issuer without an alias is the primary issuer. */
  alias: z.optional(
    z.string().check(z.regex(/^[a-z][a-z0-9-]{0,15}$/, { error: 'must be 1 to 16 of a-z, 0-9 and -' })),
  ),
  /** URL of the keys. Without it, OpenID discovery gives the URL. */
  jwks_url: z.optional(address),
})

export type IssuerSettings = Readonly<z.output<typeof issuerSchema>>

const issuers = z.array(issuerSchema).check(
  z.superRefine((list, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message })
    if (list.filter(({ alias }) => alias === undefined).length !== 1)
      fault('must have exactly one issuer without alias')
    const aliases = list.flatMap(({ alias }) => alias ?? [])
    if (new Set(aliases).size !== aliases.length) fault('must not use an alias twice')
    if (new Set(list.map(({ issuer }) => issuerAddress(issuer))).size !== list.length)
      fault('must not name an issuer twice')
  }),
)

/** `a, b` as a list; not set is the empty list. */
function listOf(entry: z.ZodMiniType<string, string>) {
  const split = (text: string) => text.split(',').flatMap((part) => part.trim() || [])
  return z.pipe(
    z.pipe(
      z.optional(z.string()),
      z.transform((text) => split(text ?? '')),
    ),
    z.array(entry),
  )
}

const ACCOUNT = /^(?:([a-z][a-z0-9-]{0,15}):)?[^\s@,:]+@[^\s@,:]+$/
/** An email of the primary issuer, or `<alias>:<email>` of the issuer with that alias. */
const account = z
  .string()
  .check(z.regex(ACCOUNT, { error: 'must be email addresses, those of an issuer with an alias as alias:email' }))
const origin = z.string().check(
  z.refine((text) => URL.canParse(text) && new URL(text).origin === text, {
    error: 'must be origins such as https://app.example.com, without a path',
  }),
)

/** The settings of every function's HTTP edge. */
export const edgeSettings = {
  OIDC_ISSUERS: setting({
    schema: z.pipe(json, issuers),
    description:
      "JSON list of the OpenID providers whose ID tokens are accepted: issuer (as in the tokens' iss; Google's and one " +
      'without https:// are meant with and without it), audiences, algorithms (default RS256), alias (all but the ' +
      'primary one), jwks_url (default: by discovery).',
    example: '[{"issuer":"https://securetoken.google.com/my-project","audiences":["my-project"]}]',
    endpoints: (list) =>
      list.flatMap(({ issuer, jwks_url }) =>
        jwks_url === undefined ? [issuerAddress(issuer)] : [issuerAddress(issuer), jwks_url],
      ),
  }),
  ALLOWED_ORIGINS: setting({
    schema: listOf(origin),
    description:
      'Origins whose pages may call the API from a browser, separated by commas. ' +
      'Leave empty when pages and API share one origin.',
    example: 'https://app.example.com',
  }),
  OPERATOR_ACCOUNTS: setting({
    schema: listOf(account),
    description:
      'Verified emails that may call operator routes, separated by commas: as the primary issuer vouches for them, or ' +
      'another issuer, as alias:email. Empty refuses everyone.',
    example: 'google:scheduler@my-project.iam.gserviceaccount.com',
  }),
  SMOKE_ACCOUNTS: setting({
    schema: listOf(account),
    description:
      'Service accounts that may use user routes and own data like any user, for smoke tests; of an issuer with an ' +
      'alias as alias:email.',
    example: 'google:smoke@my-project.iam.gserviceaccount.com',
  }),
  FUNCTION_URL: setting({
    schema: z.optional(address),
    description:
      "This function's own URL: the required audience of tokens on operator routes. " +
      'Without it those routes refuse every call.',
    example: 'https://audiences-abc123-ew.a.run.app',
    endpoints: (url) => (url === undefined ? [] : [url]),
  }),
  USER_HASH_SALT: setting({
    schema: z.string().check(z.minLength(16, { error: 'must have at least 16 characters' })),
    description:
      'Secret that keys the hash of user ids in the logs. Every function of an environment needs the same one.',
    example: 'a-long-random-text',
  }),
  LOG_LEVEL: setting({
    schema: z._default(z.enum(SEVERITIES), 'INFO'),
    description: `Lowest severity that is logged: ${SEVERITIES.join(', ')}.`,
    example: 'INFO',
  }),
  GOOGLE_CLOUD_PROJECT: setting({
    schema: z.optional(z.string()),
    description: 'Google Cloud project of the traces that log lines refer to.',
    example: 'my-project',
  }),
  K_SERVICE: setting({
    schema: z.optional(z.string()),
    description:
      'Set by Cloud Run. Where it is set, addresses without https and addresses of this machine are refused.',
  }),
  K_REVISION: setting({
    schema: z._default(z.string(), 'local'),
    description: 'Set by Cloud Run. The revision that logs and health answers name.',
  }),
} as const

export type EdgeSettings = SettingsOf<typeof edgeSettings>

/**
 * Looks whether every account belongs to an issuer: rights of an alias that no issuer has would be nobody's.
 * @throws SettingsError
 */
export function checkAccounts(settings: EdgeSettings): void {
  const aliases = new Set(settings.OIDC_ISSUERS.map(({ alias }) => alias))
  const faults = (['OPERATOR_ACCOUNTS', 'SMOKE_ACCOUNTS'] as const).flatMap((name) => {
    const unknown = settings[name].map((text) => ACCOUNT.exec(text)?.[1]).filter((alias) => !aliases.has(alias))
    if (unknown.length === 0) return []
    return [{ name, message: `names issuers that OIDC_ISSUERS does not have: ${[...new Set(unknown)].join(', ')}` }]
  })
  if (faults.length > 0) throw new SettingsError(faults)
}

/** The settings of the process that serves a function. */
export const serverSettings = {
  PORT: setting({
    schema: z._default(wholeNumber('must be a port number, a whole number from 0 to 65535', { max: 65_535 }), 8080),
    description: 'Port to listen on.',
    example: '8080',
  }),
} as const

/** The settings of a function that stores records. */
export const storageSettings = {
  GCS_BUCKET: setting({
    schema: z
      .string()
      .check(z.regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, { error: 'must be the name of a bucket' })),
    description: 'Bucket that holds all records.',
    example: 'my-project-activation',
  }),
  STORAGE_API_ENDPOINT: setting({
    schema: z.optional(address),
    description: 'Base URL of the Cloud Storage API. Set it only to use a stand-in.',
    example: 'http://127.0.0.1:9000',
    endpoints: (url) => (url === undefined ? [] : [url]),
  }),
  STORAGE_BACKEND: setting({
    schema: z._default(z.string(), 'parquet').check(
      z.superRefine((backend, context) => {
        if (backend === 'parquet') return
        const why =
          'must be parquet: BigQuery has no preconditions on row writes, so two writers could overwrite each other; ' +
          'BigQuery reads the same Parquet objects through external tables'
        context.addIssue({ code: 'custom', message: backend === 'bigquery' ? why : 'must be parquet' })
      }),
    ),
    description: 'Storage format of records. `parquet` is the only one.',
    example: 'parquet',
  }),
  CACHE_BYTES: setting({
    schema: z._default(wholeNumber('must be a whole number of bytes'), 128 * 1024 * 1024),
    description:
      'Memory limit of the cache of decoded partitions in one instance, in bytes. 128 MiB suits an instance of 512 MiB.',
    example: '134217728',
  }),
} as const

export type StorageSettings = SettingsOf<typeof storageSettings>

/** The settings of a function that encrypts or decrypts credentials. */
export const keySettings = {
  KMS_KEY: setting({
    schema: z.string().check(
      z.regex(/^projects\/[^/\s]+\/locations\/[^/\s]+\/keyRings\/[^/\s]+\/cryptoKeys\/[^/\s]+$/, {
        error: 'must be projects/…/locations/…/keyRings/…/cryptoKeys/…',
      }),
    ),
    description: 'Cloud KMS key that encrypts the credentials of platforms.',
    example: 'projects/my-project/locations/europe-west1/keyRings/activation/cryptoKeys/credentials',
  }),
  KMS_API_ENDPOINT: setting({
    schema: z.optional(address),
    description: 'Base URL of the Cloud KMS API. Set it only to use a stand-in.',
    example: 'http://127.0.0.1:9001',
    endpoints: (url) => (url === undefined ? [] : [url]),
  }),
} as const
