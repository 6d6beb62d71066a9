import { shortNumberOf } from '../format/numbers.ts'
import styles from './StackedBars.module.css'
import { ticksUpTo } from './ticks.ts'

/** A colour of the tokens that is for charts, by its name there. */
export type ChartColor = `chart-${1 | 2 | 3}` | `ramp-${1 | 2 | 3 | 4 | 5}` | 'line-control'

/** A part that every bar may have. */
export interface StackPart {
  readonly id: string
  readonly words: string
  readonly color: ChartColor
}

export interface StackedBar {
  readonly id: string
  /** What stands under it. */
  readonly label: string
  /** Null: not known. */
  readonly total: number | null
  /** Of each part, in the order of the stack. */
  readonly sizes: readonly number[]
}

const groundOf = (color: ChartColor) => ({ background: `var(--${color})` })

/** What the colours mean, in the order of the stack. */
export function ChartLegend({ stack }: { readonly stack: readonly StackPart[] }) {
  return (
    <ul className={styles.legend}>
      {stack.map(({ id, words, color }) => (
        <li key={id} dir="auto">
          <span aria-hidden style={groundOf(color)} />
          {words}
        </li>
      ))}
    </ul>
  )
}

/**
 * Bars from zero, each with its parts on top of each other; the last known one is labelled. What is not known is a dashed place,
 * never a bar of nothing.
 * @param stack from the ground of a bar to its top
 * @param sentence what it shows, for who does not see it
 * @param labels under each bar, or under the first and the last
 * @param unknown_words what a bar that is not known says when it is pointed at
 */
export function StackedBars({
  stack,
  bars,
  sentence,
  labels,
  unknown_words,
}: {
  readonly stack: readonly StackPart[]
  readonly bars: readonly StackedBar[]
  readonly sentence: string
  readonly labels: 'each' | 'ends'
  readonly unknown_words?: string
}) {
  const ticks = ticksUpTo(Math.max(0, ...bars.map(({ total }) => total ?? 0)))
  const top = ticks.at(-1) || 1
  const share = (value: number) => `${(value / top) * 100}%`
  const last = bars.findLast(({ total }) => total !== null)
  const labelled = labels === 'each' ? bars : bars.filter((_, at) => at === 0 || at === bars.length - 1)
  return (
    <div role="img" aria-label={sentence} className={styles.chart}>
      <div className={styles.axis}>
        {ticks.map((tick) => (
          <span key={tick} style={{ insetBlockEnd: share(tick) }}>
            {shortNumberOf(tick)}
          </span>
        ))}
      </div>
      <div className={styles.plot}>
        {ticks.map((tick) => (
          <i key={tick} className={tick === 0 ? styles.zero : styles.line} style={{ insetBlockEnd: share(tick) }} />
        ))}
        {bars.map((bar) =>
          bar.total === null ? (
            <div key={bar.id} className={styles.unknown} title={unknown_words} />
          ) : (
            <div key={bar.id} className={styles.bar} style={{ blockSize: share(bar.total) }}>
              {bar === last && <b className={styles.value}>{shortNumberOf(bar.total)}</b>}
              {stack
                .map(({ id, color }, at) => ({ id, color, size: bar.sizes[at] ?? 0 }))
                .filter(({ size }) => size > 0)
                .toReversed()
                .map(({ id, color, size }) => (
                  <span key={id} style={{ ...groundOf(color), flexGrow: size }} />
                ))}
            </div>
          ),
        )}
      </div>
      <div className={labels === 'each' ? styles.labels : styles.ends}>
        {labelled.map(({ id, label }) => (
          <span key={id}>{label}</span>
        ))}
      </div>
    </div>
  )
}
