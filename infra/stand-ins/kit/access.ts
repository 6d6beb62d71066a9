import type { IncomingHttpHeaders } from 'node:http'

/** Decides as Google's IAM would. */
export interface Access {
  /**
   * @param identity whom the request's token names
   * @param resource full name: `projects/_/buckets/B/objects/N`
   */
  permits(identity: string, permission: string, resource: string): boolean
}

/**
 * Whom a request's token names: here the token is the name. A request without one comes from whoever runs the stand-in, and
 * may do everything.
 */
export function identityOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
}
