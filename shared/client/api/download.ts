import { type ApiFailure, noAnswer } from './problems.ts'

/** A file that arrives: read its stream, or all of it. */
export interface Download {
  /** As the service names it; null when it does not. */
  readonly file_name: string | null
  readonly media_type: string
  /** Fails when the download is cut off. It can be read once, here or with `blob`. */
  readonly stream: ReadableStream<Uint8Array>
  /** The whole file; never rejects. */
  blob(): Promise<{ readonly ok: true; readonly blob: Blob } | ApiFailure>
}

/** @param signal the caller's, which ends the download too */
export function downloadOf(response: Response, signal: AbortSignal | undefined): Download | undefined {
  const { body, headers } = response
  if (body === null) return undefined
  return {
    file_name: fileName(headers.get('Content-Disposition')),
    media_type: headers.get('Content-Type')?.split(';', 1)[0]?.trim() ?? '',
    stream: body,
    blob: async () => {
      try {
        return { ok: true, blob: await response.blob() }
      } catch {
        return {
          ok: false,
          problem: { ...noAnswer(signal?.aborted ? 'aborted' : 'offline'), is_outcome_unknown: false },
        }
      }
    },
  }
}

/** RFC 6266: the name in UTF-8 where there is one. */
function fileName(header: string | null): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header ?? '')?.[1]
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded)
    } catch {
      // The plain name is left.
    }
  }
  return /filename="([^"]*)"/i.exec(header ?? '')?.[1] ?? null
}
