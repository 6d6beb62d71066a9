import { hash } from 'node:crypto'

/** The bytes of a file as one request gets them. */
export interface Representation {
  readonly media_type: string
  /** Tells the content from every other one, whatever its encoding. */
  readonly tag: string
  /** The encoding's name in HTTP; without it the file as it is. */
  readonly encoding: string | undefined
  readonly bytes: Uint8Array
}

/** The name of an asset has the hash of its content, so that its path says which content it is. */
export function isAsset(path: string): boolean {
  return path.startsWith('/assets/')
}

export function tagOf(content: Uint8Array | string): string {
  return hash('sha256', content).slice(0, 16)
}
