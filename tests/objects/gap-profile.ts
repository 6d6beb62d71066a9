import { stripVTControlCharacters } from 'node:util'

/**
 * Another judge's gaps: an emulator that is not ours departs from Google's documentation in known places. A profile
 * names each, so that a run on it is green or red: red where a test fails that no gap names, where one fails in another
 * way than its gap says, and where a gap has closed.
 */
export interface Gap {
  readonly title: string
  /** Why it is tolerated: what the endpoint does instead, and that nothing of ours leans on it. */
  readonly reason: string
  /** The tests that fail by it, each by the titles around it and its own, in one line. All of them have to fail. */
  readonly tests: RegExp
  /** What the failure of each of them says. */
  readonly found_as: RegExp
}

export interface GapProfile {
  readonly gaps: readonly Gap[]
  /** Objects that the endpoint stores and cannot remove. */
  readonly irremovable?: RegExp
}

/** As vitest's JSON report has it. */
export interface TestResult {
  readonly fullName: string
  readonly status: string
  readonly failureMessages: readonly string[]
}

export interface GapVerdict {
  readonly passed: number
  /** How many tests failed by each gap that has some, by its title. */
  readonly tolerated: ReadonlyMap<string, number>
  /** Why the run is red, a line each. Empty when it is green. */
  readonly complaints: readonly string[]
}

/** @param is_whole whether all tests ran: a gap of which none ran is then out of date */
export function judgeByGaps({ gaps }: GapProfile, results: readonly TestResult[], is_whole: boolean): GapVerdict {
  const ran = results.filter(({ status }) => status === 'passed' || status === 'failed')
  const tolerated = new Map<string, number>()
  const complaints: string[] = []
  const met = new Set<Gap>()
  for (const result of ran) {
    const gap = gaps.find(({ tests }) => tests.test(result.fullName))
    if (gap) met.add(gap)
    if (result.status === 'passed') {
      if (gap) complaints.push(`passes now, so take it out of the gap "${gap.title}": ${result.fullName}`)
      continue
    }
    const failure = plainTextOf(result.failureMessages)
    if (gap?.found_as.test(failure)) tolerated.set(gap.title, (tolerated.get(gap.title) ?? 0) + 1)
    else complaints.push(`${gap ? `fails otherwise than by "${gap.title}"` : 'fails'}: ${result.fullName}\n${failure}`)
  }
  if (is_whole) {
    for (const gap of gaps) if (!met.has(gap)) complaints.push(`no test is in the gap "${gap.title}"`)
  }
  return { passed: ran.filter(({ status }) => status === 'passed').length, tolerated, complaints }
}

/** Without colours and the way through the runner. */
function plainTextOf(messages: readonly string[]): string {
  return stripVTControlCharacters(messages.join('\n'))
    .split('\n')
    .filter((line) => !/^\s+at .*node_modules/.test(line))
    .join('\n')
}
