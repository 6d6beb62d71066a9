import type { Answer } from '#shared/http/call.ts'
import { plainPolicy } from './page-headers.ts'

const STYLE =
  ':root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}body{max-width:32rem;margin:20vh auto;padding:0 1.5rem}'

interface PlainPage {
  readonly status: number
  readonly title: string
  /** One sentence each; HTML. */
  readonly sentences: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A page without the app: it runs nothing and loads nothing. */
function plainPage({ status, title, sentences, headers }: PlainPage): Answer {
  const text = sentences.map((sentence) => `<p>${sentence}</p>`).join('\n')
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Activation Manager</title>
<style>${STYLE}</style>
<h1>${title}</h1>
${text}
</html>
`
  const bytes = Buffer.from(html)
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': String(bytes.length),
      'Content-Security-Policy': plainPolicy(STYLE),
      'Cache-Control': 'no-store',
      ...headers,
    },
    stream: oncePiece(bytes),
  }
}

async function* oncePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

export const noSuchPage = (): Answer =>
  plainPage({
    status: 404,
    title: 'There is no page at this address',
    sentences: ['The link may be wrong, or the page may have moved.', '<a href="/">Go to the overview</a>'],
  })

/** While the local runtime builds the app. */
export const notYetBuilt = (): Answer =>
  plainPage({
    status: 503,
    title: 'The app is being built',
    sentences: ['This page loads again by itself until it is. The terminal says how it goes; the API answers already.'],
    headers: { Refresh: '1', 'Retry-After': '1' },
  })
