import { NEWEST_ENTRY } from './newest.ts'

/** Something that users can do since a day, and the page where they do it. */
export interface NewsEntry {
  /** `2026-11-28`. */
  readonly day: string
  readonly title: string
  readonly words: string
  readonly link: {
    readonly words: string
    readonly to: '/' | '/saved-audiences' | '/new-audience' | '/platforms' | '/distributions' | '/help'
  }
}

/** The latest first. With one of a later day, set that day in newest.ts: then users see that there is something. */
export const NEWS: readonly NewsEntry[] = [
  {
    day: NEWEST_ENTRY,
    title: 'Back to an earlier moment',
    words:
      'In the account menu, the sync panel and the search: choose a moment of the last day, see what would change, and have everything as it was then.',
    link: { words: 'Read how', to: '/help' },
  },
  {
    day: NEWEST_ENTRY,
    title: 'Many audiences, looked at before they change',
    words:
      'Select several, and see what archiving, deleting or tagging would do, and what still uses them. Duplicate one, and rename, merge or remove tags everywhere.',
    link: { words: 'Open audiences', to: '/saved-audiences' },
  },
  {
    day: NEWEST_ENTRY,
    title: 'Help knows every word',
    words:
      'Search it for a status, and read what it means and what to do. Single letters as shortcuts can be switched off there.',
    link: { words: 'Open help', to: '/help' },
  },
  {
    day: NEWEST_ENTRY,
    title: 'Send a part of an audience, and move a scheduled send',
    words:
      'Choose the segments when you send. A scheduled send can be moved to another time, by the clocks of any place.',
    link: { words: 'Open distributions', to: '/distributions' },
  },
  {
    day: NEWEST_ENTRY,
    title: 'Large imports and large selections go quickly',
    words:
      'A file with hundreds of audiences is kept within moments, and can be stopped halfway. So can a change of many audiences.',
    link: { words: 'Open audiences', to: '/saved-audiences' },
  },
  {
    day: NEWEST_ENTRY,
    title: 'Audiences from a description',
    words: 'Say who you want to reach, pick variables, confirm the segments, and save. Your draft is kept as you type.',
    link: { words: 'Build an audience', to: '/new-audience' },
  },
  {
    day: NEWEST_ENTRY,
    title: 'Platforms that say what is wrong',
    words: 'Connect a platform and test it. When it refuses, its answer stands there, with the steps that help.',
    link: { words: 'Open platforms', to: '/platforms' },
  },
  {
    day: NEWEST_ENTRY,
    title: 'Everything works without a connection',
    words:
      'All your records are on this device. What you change is sent when you are online again; the corner at the top says so.',
    link: { words: 'Open the overview', to: '/' },
  },
]
