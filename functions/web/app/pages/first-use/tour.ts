import { Cell } from '../../base/cell.ts'

/** A stop of the tour: what it points at, and what it says of it. */
export interface TourStop {
  /** The first of these that is in sight. */
  readonly at: readonly string[]
  readonly title: string
  readonly words: string
}

export const TOUR_STOPS: readonly TourStop[] = [
  {
    at: ['main a[href^="/new-audience"]', 'main textarea', 'nav a[href="/saved-audiences"]'],
    title: 'Describe',
    words: 'Begin with a sentence about the people you want to reach. Then pick variables and check the segments.',
  },
  {
    at: ['header [data-sync-words]'],
    title: 'Save',
    words: 'Everything is saved on this device first, also without a connection. These words always say where it is.',
  },
  {
    at: ['nav a[href="/platforms"]'],
    title: 'Connect',
    words: 'Add the ad platforms that you use, and test each connection before you need it.',
  },
  {
    at: ['nav a[href="/distributions"]'],
    title: 'Send',
    words: 'Send an audience to a platform now or later, and read here what became of it.',
  },
]

/** Which stop is shown; undefined: nobody takes the tour. */
export const tour_stop = new Cell<number | undefined>(undefined)

export const startTour = (): void => tour_stop.set(0)
export const endTour = (): void => tour_stop.set(undefined)
