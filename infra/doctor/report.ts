import type { Environment } from '#infra/deliver/rollout/names.ts'
import type { Line } from './findings.ts'

const MARKS = { ok: 'ok', problem: 'PROBLEM', 'not asked': '?' } as const
const HEADINGS = { before: 'Before the first apply', after: 'After apply and delivery' } as const

/** A line for each check, and under what is not ok an arrow with what to do. */
export function reportText({ env, project, region }: Environment, lines: readonly Line[]): string {
  const width = Math.max(...lines.map(({ title }) => title.length))
  const section = (when: Line['when']) => {
    const own = lines.filter((line) => line.when === when)
    return own.length === 0 ? [] : ['', HEADINGS[when], ...own.flatMap((line) => textOf(line, width))]
  }
  return [
    `${env}: project ${project}, ${region}`,
    ...section('before'),
    ...section('after'),
    '',
    sumOf(lines),
    '',
  ].join('\n')
}

function textOf({ title, finding }: Line, width: number): string[] {
  const mark = MARKS[finding.state].padEnd(MARKS.problem.length)
  const first = `  ${mark}  ${title.padEnd(width)}  ${finding.text}`
  return finding.state === 'ok' ? [first] : [first, `  ${' '.repeat(MARKS.problem.length)}  → ${finding.remedy}`]
}

function sumOf(lines: readonly Line[]): string {
  const count = (state: Line['finding']['state']) => lines.filter(({ finding }) => finding.state === state).length
  return `${count('ok')} ok, ${count('problem')} problems, ${count('not asked')} could not be asked`
}
