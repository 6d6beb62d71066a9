/** On every answer of /api; a handler's own `Cache-Control` wins. */
const EVERY_ANSWER = {
  'Cache-Control': 'private, no-cache',
  Vary: 'Authorization, Origin',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  // Binds requests without CORS only; those of an allowed origin come with it.
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const

/** Two years, as browsers' preload lists ask; only where the host is ours over https. */
const STRICT_TRANSPORT = { 'Strict-Transport-Security': 'max-age=63072000; includeSubDomains' } as const

/**
 * The headers every answer starts from.
 * @param on_cloud the function runs behind https on its own host
 */
export function standardHeaders(on_cloud: boolean, cache_control?: string): Readonly<Record<string, string>> {
  return {
    ...EVERY_ANSWER,
    ...(cache_control !== undefined && { 'Cache-Control': cache_control }),
    ...(on_cloud && STRICT_TRANSPORT),
  }
}
