import { describe, expect, test } from 'vitest'

import { runHistory } from './run-history.ts'

/** `SEED=17` replays one history, `SEEDS=5000` runs so many. */
const { SEED, SEEDS = '300' } = process.env
const seeds = SEED === undefined ? Array.from({ length: Number(SEEDS) }, (_, at) => at + 1) : [Number(SEED)]
const LOT = 50

describe('whatever the store, the clocks and the crashes do', () => {
  for (let at = 0; at < seeds.length; at += LOT) {
    const lot = seeds.slice(at, at + LOT)
    test(`nothing acknowledged is lost, doubled or changed: histories ${lot[0]} to ${lot.at(-1)}`, async () => {
      for (const seed of lot) expect(await runHistory(seed)).toMatchObject({ seed })
    })
  }

  test('the histories are not idle: they acknowledge, refuse, lose answers and cross each other', async () => {
    const histories = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(runHistory))
    const statuses = new Set(histories.flatMap(({ operations }) => operations.map(({ status }) => status)))
    for (const status of ['acknowledged', 'maybe', 'refused']) expect(statuses).toContain(status)
    expect(histories.some(({ store }) => store.names().length > 2)).toBe(true)
    expect(histories.flatMap(({ sights }) => sights).length).toBeGreaterThan(5)
  })

  test('a seed always gives the same history', async () => {
    const [one, two] = [await runHistory(23), await runHistory(23)]
    const trace = ({ landings }: typeof one) =>
      landings.map(({ name, time_ms, bytes }) => [name, time_ms, bytes.length])
    expect(trace(one)).toEqual(trace(two))
    expect(one.operations).toEqual(two.operations)
  })
})
