import { Check, CircleMinus, RotateCcw, TriangleAlert } from 'lucide-react'

import { countOf } from '../../format/numbers.ts'
import { Icon, type LucideIcon } from '../../parts/Icon.tsx'
import styles from './ImportDialog.module.css'
import { countOfPlan, type ImportPlan } from './import-plan.ts'

const LINES_MAX = 50

/** What an import would do: a line for each kind of row, then each row that cannot be taken in, with its reason. */
export function ImportPreview({
  plan,
  device_file,
}: {
  readonly plan: ImportPlan
  readonly device_file: Readonly<Record<string, unknown>> | undefined
}) {
  const [make, back, leave, refuse] = (['make', 'bring_back', 'leave', 'refuse'] as const).map((does) =>
    countOfPlan(plan, does),
  ) as [number, number, number, number]
  const refused = plan.rows.filter((row) => row.does === 'refuse')
  const others = device_file ? othersInWords(device_file) : undefined
  return (
    <div className={styles.preview}>
      <ul className={styles.lines}>
        {plan.rows.length === 0 && <Line icon={CircleMinus}>There is no audience in this file</Line>}
        {make > 0 && <Line icon={Check}>{countOf(make, 'audience is new', 'audiences are new')}</Line>}
        {back > 0 && (
          <Line icon={RotateCcw}>{countOf(back, 'that you deleted comes back', 'that you deleted come back')}</Line>
        )}
        {leave > 0 && (
          <Line icon={CircleMinus}>
            {countOf(leave, 'is here already, and stays as it is', 'are here already, and stay as they are')}
          </Line>
        )}
        {others !== undefined && <Line icon={Check}>{others}</Line>}
        {refuse > 0 && (
          <Line icon={TriangleAlert} is_warning>
            {countOf(refuse, 'row cannot be taken in', 'rows cannot be taken in')}
          </Line>
        )}
      </ul>
      {refused.length > 0 && (
        <ul className={styles.refused} aria-label="Rows that cannot be taken in">
          {refused.slice(0, LINES_MAX).map(({ line, name, ...row }) => (
            <li key={line}>
              <b>Row {line}</b>
              {name !== '' && <span dir="auto"> “{name}”</span>}: {row.does === 'refuse' && row.reasons.join('; ')}
            </li>
          ))}
          {refused.length > LINES_MAX && <li>and {countOf(refused.length - LINES_MAX, 'more row')}</li>}
        </ul>
      )}
      {plan.ignored.length > 0 && (
        <p className={styles.note}>
          Not used: <span dir="auto">{plan.ignored.slice(0, 12).join(', ')}</span>
          {plan.ignored.length > 12 && ` and ${plan.ignored.length - 12} more`}. Audiences have no such fields.
        </p>
      )}
    </div>
  )
}

function Line({
  icon,
  is_warning = false,
  children,
}: {
  readonly icon: LucideIcon
  readonly is_warning?: boolean
  readonly children: React.ReactNode
}) {
  return (
    <li className={is_warning ? styles.warning : styles.line}>
      <Icon of={icon} />
      <span>{children}</span>
    </li>
  )
}

/** "Also in it: 2 platforms and 5 distributions": those that are not here are taken in, too. */
function othersInWords(file: Readonly<Record<string, unknown>>): string | undefined {
  const countIn = (name: string): number => (Array.isArray(file[name]) ? file[name].length : 0)
  const said = [
    [countIn('platforms'), 'platform'],
    [countIn('distributions'), 'distribution'],
    [countIn('unsent'), 'change that was not sent'],
  ] as const
  const words = said
    .filter(([count]) => count > 0)
    .map(([count, word]) =>
      word.includes(' ') ? countOf(count, word, 'changes that were not sent') : countOf(count, word),
    )
  return words.length === 0 ? undefined : `Also in it: ${words.join(', ')}. What is not here yet is taken in.`
}
