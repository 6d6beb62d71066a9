import { expect, test } from 'vitest'

import { readTime } from '#infra/operate/import/times.ts'

const NOON = '2025-05-28T12:00:00.000Z'

test.each([
  [
    'ISO 8601 and what databases and languages print',
    NOON,
    [
      '2025-05-28T12:00:00Z',
      '2025-05-28t12:00:00z',
      ' 2025-05-28 12:00 ',
      '2025-05-28T12:00:00+0000',
      '2025-05-28T12:00:00+00',
      '2025-05-28 12:00:00 +0000 UTC',
      '2025-05-28 14:00:00 +0200 CEST',
      '2025-05-28T14:00:00.000+02',
      '2025-05-28T14:00:00+02:00',
      '2025-05-28 12:00:00 UTC',
      '2025-05-28T12:00:00GMT',
      '2025-05-28T12:00:00,000Z',
      '2025-05-28T12:00:00.000000000000Z',
      '2025-05-28T08:30:00\u221203:30',
      '2025/05/28 12:00:00',
      '2025-5-28 12:00:00 PM',
      '2025-05-28 14:00:00 UTC+2',
    ],
  ],
  [
    'basic ISO 8601',
    NOON,
    [
      '20250528T120000Z',
      '20250528T120000.000Z',
      '20250528T1200Z',
      '20250528T12Z',
      '20250528T140000+0200',
      '20250528T12:00:00Z',
      '2025-05-28T120000Z',
      '20250528 120000',
      '20250528120000',
      20_250_528_120_000,
    ],
  ],
  [
    'RFC 1123 and its relatives',
    NOON,
    [
      'Wed, 28 May 2025 12:00:00 GMT',
      'wed, 28 may 2025 12:00:00 gmt',
      'Wed, 28 May 2025 14:00:00 +0200',
      '28 May 2025 12:00 UT',
      'Wed, 28 May 2025 12:00:00 -0000',
      'Wed, 28 May 2025 08:00:00 EDT',
      'Wednesday, 28-May-25 12:00:00 GMT',
      'Wed, 28 May 2025 14:00:00 +0200 (CEST)',
      'Wed May 28 12:00:00 2025',
      'Wed May 28 12:00:00 UTC 2025',
      'Wed May 28 12:00:00 +0000 2025',
      'Wed May 28 2025 14:00:00 GMT+0200 (Central European Summer Time)',
      'May 28, 2025 12:00:00 PM',
    ],
  ],
  [
    'a zone behind it (RFC 9557)',
    NOON,
    [
      '2025-05-28T14:00:00+02:00[Europe/Berlin]',
      '2025-05-28T12:00:00Z[Europe/Berlin]',
      '2025-05-28T12:00:00Z[UTC]',
      '2025-05-28T14:00:00[Europe/Berlin]',
      '2025-05-28T14:00+02:00[!Europe/Berlin]',
      '2025-05-28T14:00:00+02:00[Europe/Berlin][u-ca=gregory]',
      '2025-05-28T17:30:00+05:30[Asia/Kolkata]',
    ],
  ],
  [
    'numbers of seconds and their parts',
    NOON,
    [1_748_433_600, '1748433600', '1748433600.000', 1_748_433_600_000, '1748433600000000', 1_748_433_600_000_000_000n],
  ],
  [
    'days',
    '2025-05-28T00:00:00.000Z',
    ['2025-05-28', '20250528', 20_250_528, '28 May 2025', 'May 28, 2025', '2025/05/28'],
  ],
  [
    'the end of a day',
    '2025-07-01T00:00:00.000Z',
    ['2025-06-30T24:00:00Z', '2025-06-30T23:59:60Z', '2025-07-01T01:59:60+02:00', '2025-06-30 23:59:60'],
  ],
])('%s are understood', (_, expected, values) => {
  const read = values.map((value) => {
    const time = readTime(value)
    return [value, typeof time === 'number' ? new Date(time).toISOString() : time]
  })
  expect(read).toEqual(values.map((value) => [value, expected]))
})

test.each([
  ['2025-02-31', 'has a day that is not in the calendar'],
  ['31 Feb 2025', 'has a day that is not in the calendar'],
  ['20250230T120000Z', 'has a day that is not in the calendar'],
  ['2025-02-29', 'has a day that is not in the calendar'],
  ['2025-13-01', 'has a day that is not in the calendar'],
  ['2025-00-10', 'has a day that is not in the calendar'],
  ['Mon, 28 May 2025 12:00:00 GMT', 'has the wrong weekday (that day is a Wed)'],
  ['2025-05-28T25:00:00Z', 'has a time of day that does not exist'],
  ['2025-05-28T12:60:00Z', 'has a time of day that does not exist'],
  ['2025-05-28T12:00:60Z', 'has a time of day that does not exist'],
  ['2025-05-28T23:59:60+02:00', 'has a time of day that does not exist'],
  ['2025-05-28T24:00:01Z', 'has a time of day that does not exist'],
  ['2025-05-28 13:00:00 PM', 'has a time of day that does not exist'],
  ['2025-05-28T12:00:00+25:00', 'has an offset that does not exist'],
  ['05/06/2025', 'may have the day or the month first: write the year first, as in 2025-05-28'],
  ['28.05.2025 12:00', 'may have the day or the month first: write the year first, as in 2025-05-28'],
  ['2025-05-28 12:00:00 IST', 'has the zone IST, which several zones are called: write the offset'],
  ['2025-05-28T12:00:00[Europe/Atlantis]', 'names a time zone that does not exist: Europe/Atlantis'],
  ['2025-05-28T12:00:00+01:00[Europe/Berlin]', 'has an offset that Europe/Berlin does not have at that time'],
  ['2025-03-30T02:30:00[Europe/Berlin]', 'does not exist in Europe/Berlin, where clocks were put forward'],
  ['2025-10-26T02:30:00[Europe/Berlin]', 'exists twice in Europe/Berlin, where clocks were put back: write the offset'],
  ['2025-05-28T12:00:00Z[!u-ca=hebrew]', 'has an annotation that is not known: !u-ca=hebrew'],
  ['2025-05', 'is not a time'],
  ['12:00:00', 'is not a time'],
  ['yesterday', 'is not a time'],
  ['NaT', 'is not a time'],
  ['', 'is not a time'],
  [true, 'is not a time'],
  [new Date(NaN), 'is not a time'],
])('%s is refused, because it %s', (value, reason) => {
  expect(readTime(value)).toBe(reason)
})

test('the hour that comes twice is told apart by its offset', () => {
  const at = (offset: string) => readTime(`2025-10-26T02:30:00${offset}[Europe/Berlin]`)
  expect([at('+02:00'), at('+01:00')]).toEqual([Date.UTC(2025, 9, 26, 0, 30), Date.UTC(2025, 9, 26, 1, 30)])
})
