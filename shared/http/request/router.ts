import { Problem } from '../../base/problem.ts'
import type { Route, Routes } from '../../contract/route.ts'

/** The routes that one path has, by method, and the parameters that were in it. */
export interface PathMatch<Name extends string> {
  template: string
  params: Readonly<Record<string, string>>
  /** With parameters decoded; two spellings of one path have one. */
  path: string
  methods: ReadonlyMap<string, { name: Name; route: Route }>
  /** For `Allow`: with HEAD where there is GET, and OPTIONS. */
  allow: string
}

interface PathEntry<Name extends string> {
  template: string
  /** Literal text, or the parameter's name. */
  segments: readonly { literal: string; parameter: string | undefined }[]
  methods: Map<string, { name: Name; route: Route }>
}

/**
 * Finds paths in a table of routes. A literal segment is preferred to a parameter, and is compared as sent: `%2e` or
 * `%2f` in a path is data of a parameter and never turns one route into another.
 */
export function createRouter<R extends Routes>(routes: R) {
  type Name = keyof R & string
  const entries = new Map<string, PathEntry<Name>>()
  for (const [name, route] of Object.entries(routes)) {
    const entry = entries.get(route.path) ?? {
      template: route.path,
      segments: segmentsOf(route.path),
      methods: new Map(),
    }
    if (entry.methods.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`)
    entry.methods.set(route.method, { name, route })
    entries.set(route.path, entry)
  }
  // Fewer parameters first, and a parameter as late as possible: the order in which a match is the best one.
  const ordered = [...entries.values()].sort((a, b) => rank(a).localeCompare(rank(b)))

  return {
    /**
     * @param raw_path as sent, without the query
     * @throws Problem `invalid-input` when a parameter is not valid percent-encoded UTF-8
     */
    match(raw_path: string): PathMatch<Name> | undefined {
      const sent = raw_path.split('/')
      const entry = ordered.find(({ segments }) => fits(segments, sent))
      if (entry === undefined) return undefined
      const params: Record<string, string> = {}
      const path = entry.segments.map(({ parameter, literal }, index) => {
        if (parameter === undefined) return literal
        const value = decodeSegment(sent[index] as string)
        params[parameter] = value
        return encodeURIComponent(value)
      })
      return { template: entry.template, params, path: path.join('/'), methods: entry.methods, allow: allowOf(entry) }
    },

    /** Every path of the table, in its order. */
    templates: [...entries.keys()] as readonly string[],

    /**
     * The path of this table that was probably meant by one that it does not have: with other slashes at its ends,
     * with empty segments, or in other letters. Parameters stay as sent.
     */
    meant(raw_path: string): MeantPath<Name> | undefined {
      const sent = raw_path.split('/').filter((segment) => segment !== '')
      const entry = ordered.find(({ segments }) => fits(segments, ['', ...sent], true))
      if (entry === undefined) return undefined
      const path = entry.segments.map(({ parameter, literal }, index) =>
        parameter === undefined ? literal : sent[index - 1],
      )
      // Between two slashes an id may be missing, and then the path without the gap is another record's or everybody's.
      const has_gap = /[^/]\/{2,}[^/]/.test(raw_path)
      return { path: path.join('/'), methods: entry.methods, allow: allowOf(entry), has_gap }
    },
  }
}

export interface MeantPath<Name extends string> extends Pick<PathMatch<Name>, 'path' | 'methods' | 'allow'> {
  /** An empty segment in the middle was left out. */
  has_gap: boolean
}

const PARAMETER = /^\{(\w+)\}$/

function segmentsOf(template: string) {
  return template.split('/').map((literal) => ({ literal, parameter: PARAMETER.exec(literal)?.[1] }))
}

const rank = ({ segments }: PathEntry<string>) => segments.map(({ parameter }) => (parameter ? '1' : '0')).join('')

function fits(segments: PathEntry<string>['segments'], sent: readonly string[], in_any_case = false): boolean {
  if (segments.length !== sent.length) return false
  const isLiteral = (literal: string, text: string) => literal === (in_any_case ? text.toLowerCase() : text)
  return segments.every(({ literal, parameter }, index) =>
    parameter === undefined ? isLiteral(literal, sent[index]!) : sent[index] !== '',
  )
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new Problem('invalid-input', 'The path is not valid percent-encoded UTF-8', { cause })
  }
}

function allowOf({ methods }: PathEntry<string>): string {
  const names = [...methods.keys()]
  if (methods.has('GET')) names.push('HEAD')
  return [...names, 'OPTIONS'].join(', ')
}

/** Path and query of a request target as sent; absolute form (`GET http://host/path`) is accepted as RFC 9112 asks. */
export function splitTarget(target: string): { raw_path: string; raw_query: string } {
  const relative = /^https?:\/\/[^/?#]*(.*)$/i.exec(target)?.[1] ?? target
  const mark = relative.indexOf('?')
  return mark === -1
    ? { raw_path: relative, raw_query: '' }
    : { raw_path: relative.slice(0, mark), raw_query: relative.slice(mark + 1) }
}
