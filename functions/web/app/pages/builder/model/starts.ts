/** Descriptions to start from. */
export const STARTS = [
  {
    words: 'Lapsed customers',
    text: 'Customers who bought at least twice, have not ordered for twelve months, and still open our newsletter',
  },
  {
    words: 'Weekend travellers',
    text: 'Couples and friends who take at least three weekend trips a year, by car or train, and book late',
  },
  {
    words: 'Recent movers',
    text: 'Households that moved in the last six months and buy pet food every month',
  },
] as const
