/**
 * US dollars, single region, Standard class, as listed in the examples at https://cloud.google.com/storage/pricing-examples
 * (read November 2026). Insert and list are class A, get is class B.
 */
export const PRICES = { class_a: 5 / 1e6, class_b: 0.4 / 1e6, gb_month: 0.02 } as const
