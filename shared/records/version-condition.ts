/** What a request asks of the version of the record that it reads or changes (RFC 9110, section 13.1). */
export interface VersionCondition {
  /** The record exists and, unless `any`, has one of these versions. An empty list names no version: never true. */
  readonly if_match?: readonly number[] | 'any' | undefined
  /** The record has none of these versions; `any`: it does not exist. */
  readonly if_none_match?: readonly number[] | 'any' | undefined
}

/**
 * Why the condition does not hold, as a sentence about `noun`; `undefined` when it holds.
 * @param version of the record as it is; `undefined` when there is none
 */
export function conditionFault(
  { if_match, if_none_match }: VersionCondition,
  noun: string,
  version: number | undefined,
): string | undefined {
  if (version === undefined) {
    return if_match === undefined ? undefined : `There is no ${noun} with this id, so If-Match cannot hold.`
  }
  if (if_match !== undefined && if_match !== 'any' && !if_match.includes(version)) {
    const named = if_match.length === 0 ? 'and If-Match names none of its versions' : `not ${if_match.join(' or ')}`
    return `The ${noun} is at version ${version}, ${named}.`
  }
  if (if_none_match === 'any')
    return `The ${noun} exists, at version ${version}; If-None-Match: * asks that it does not.`
  if (if_none_match?.includes(version) === true) {
    return `The ${noun} still is at version ${version}, which If-None-Match excludes.`
  }
  return undefined
}
