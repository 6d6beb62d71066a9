/** Google names itself in `iss` with or without the scheme, while its discovery document has it with the scheme. */
const GOOGLE = 'https://accounts.google.com'
const SCHEME = 'https://'

/** A host, perhaps with a path, and no scheme. */
const WITHOUT_SCHEME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)+(?::\d+)?(?:\/[\w.~/-]*)?$/i

/** Whether a setting may name an issuer so: `accounts.google.com`, which stands for https. */
export function isIssuerWithoutScheme(issuer: string): boolean {
  return WITHOUT_SCHEME.test(issuer)
}

/** The address of an issuer, below which discovery finds its document. */
export function issuerAddress(issuer: string): string {
  return isIssuerWithoutScheme(issuer) ? `${SCHEME}${issuer}` : issuer
}

/**
 * Every `iss` that is this issuer: exactly as the setting has it, except that one without a scheme, and Google, are
 * meant with and without it.
 * Source: https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
 */
export function issuerSpellings(issuer: string): string[] {
  const address = issuerAddress(issuer)
  if (address === issuer && address !== GOOGLE) return [issuer]
  return [address, address.slice(SCHEME.length)]
}
