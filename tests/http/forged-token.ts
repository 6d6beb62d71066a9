import {
  createHmac,
  createPublicKey,
  createSign,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'

/** Tokens as an attacker makes them: by hand, with whatever header, claims and key. */

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

export const attackerKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

export function rsaToken(header: object, claims: object, key: KeyObject = attackerKey): string {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`
}

export function hmacToken(header: object, claims: object, secret: string): string {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

export function unsignedToken(header: object, claims: object, signature = ''): string {
  return `${encode(header)}.${encode(claims)}.${signature}`
}

/** The issuer's public key as PEM: what is public can be used as a secret by mistake. */
export function publicPem(jwk: unknown): string {
  return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' }) as string
}
