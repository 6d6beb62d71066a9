/**
 * How fast this page's processor is, as Lighthouse's benchmark index tells it: the mean of how often a second it makes a string of
 * 10 000 letters, and copies 100 000 numbers, each by ten. https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
 */

const LETTERS = 10_000
const NUMBERS = 100_000
const DURATION_MS = 250
/** The clock is asked rarely, so that what it costs is not measured. */
const TIMES_TOGETHER = 10

/** Each has a loop of its own: one that calls what it is given is compiled for all of them, and slower. */
function stringsPerSecond(): number {
  const begun_ms = performance.now()
  let times = 0
  while (times % TIMES_TOGETHER !== 0 || performance.now() - begun_ms < DURATION_MS) {
    let text = ''
    for (let letter = 0; letter < LETTERS; letter++) text += 'a'
    if (text.length !== LETTERS) throw new Error('no engine may leave the work out')
    times++
  }
  return (times / (performance.now() - begun_ms)) * 1000
}

function copiesPerSecond(): number {
  const one: number[] = []
  const other: number[] = []
  for (let at = 0; at < NUMBERS; at++) one[at] = other[at] = at
  const begun_ms = performance.now()
  let times = 0
  while (times % TIMES_TOGETHER !== 0 || performance.now() - begun_ms < DURATION_MS) {
    const [from, to] = times % 2 === 0 ? [one, other] : [other, one]
    for (let at = 0; at < from.length; at++) to[at] = from[at]!
    times++
  }
  return (times / (performance.now() - begun_ms)) * 1000
}

Object.assign(globalThis, { processorIndex: () => (stringsPerSecond() + copiesPerSecond()) / 2 / 10 })
