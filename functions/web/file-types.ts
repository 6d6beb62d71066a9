/** The media types of the app's files, by the ending of their names. A build with another one is refused. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json',
  webp: 'image/webp',
  woff2: 'font/woff2',
}

/** Formats that are compressed already. */
const DENSE = new Set(['ico', 'png', 'webp', 'woff2'])

const endingOf = (name: string) => /\.(\w+)$/.exec(name)?.[1] ?? ''

export function mediaTypeOf(name: string): string | undefined {
  return MEDIA_TYPES[endingOf(name)]
}

/** Whether a build has this file compressed as well, as `<name>.br` and `<name>.gz`. */
export function isCompressed(name: string): boolean {
  return mediaTypeOf(name) !== undefined && !DENSE.has(endingOf(name))
}
