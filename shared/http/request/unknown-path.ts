import { Problem } from '../../base/problem.ts'
import type { Answer } from '../call.ts'
import type { MeantPath } from './router.ts'

interface Paths {
  meant(raw_path: string): MeantPath<string> | undefined
  readonly templates: readonly string[]
}

/** Methods that any route has. A browser asks for them before it can read why a path is wrong. */
const ALL_METHODS = 'GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS'

const CONTRACT_PLACES = 'The contract, openapi.json, names every path; the local runtime shows it at /docs.'

/** The methods that a preflight for a path without routes gets: those of the path that was meant, or all. */
export function methodsOfUnknown(router: Paths, raw_path: string): string {
  return router.meant(raw_path)?.allow ?? ALL_METHODS
}

/**
 * The answer to a request for a path that no route has.
 *
 * A slash too many at the ends or other letters leave no doubt about the path: 308 leads to it, with method and body.
 * An empty segment in the middle may be an id that is missing, so it is only pointed out.
 * @param method with HEAD as GET
 * @param query as sent, without the `?`
 * @throws Problem `not-found`, which says what is here instead
 */
export function answerUnknownPath(
  router: Paths,
  { method, raw_path, raw_query }: { method: string; raw_path: string; raw_query: string },
): Answer {
  const meant = router.meant(raw_path)
  if (meant === undefined) throw new Problem('not-found', whatIsHere(router.templates))
  const advice = `There is nothing at this path. Did you mean ${meant.path}?`
  const members = { did_you_mean: meant.path }
  if (meant.has_gap) throw new Problem('not-found', `${advice} An id may be missing between two slashes.`, { members })
  if (!meant.methods.has(method)) {
    throw new Problem('not-found', `${advice} It allows ${meant.allow}. An id may be missing at the end.`, { members })
  }
  return movedTo(meant.path, raw_query)
}

/** 308: the same request, with its method and body, at `path` of this origin. */
export function movedTo(path: string, raw_query: string): Required<Pick<Answer, 'status' | 'headers' | 'body'>> {
  const detail = `This path is spelled ${path}: in lower case, and with no slash at its end.`
  const location = raw_query === '' ? path : `${path}?${raw_query}`
  return {
    status: 308,
    headers: { Location: location },
    body: { success: false, error: detail, detail, did_you_mean: path },
  }
}

function whatIsHere(templates: readonly string[]): string {
  const beginnings = [...new Set(templates.map((path) => path.split('/').slice(0, 3).join('/')))]
  return `There is nothing at this path. This function answers paths below ${beginnings.join(' and ')}. ${CONTRACT_PLACES}`
}
