import { DELETED_KEEP_TAGS } from '../../audiences/tags.ts'

/** A question that users have, answered in plain words. */
export interface Topic {
  /** Of its address: `/help#saving`. */
  readonly id: string
  readonly title: string
  readonly sentences: readonly string[]
}

export const TOPICS: readonly Topic[] = [
  {
    id: 'saving',
    title: 'Saving',
    sentences: [
      'Everything you do is saved on this device first, in the same moment. With an account it then goes there by itself, also later when you were offline.',
      'The words in the top right corner always say where your work is. Press them to see what waits and what happened.',
      'An audience that you are building is kept as a draft on this device with every key you press. It becomes a record of your account when you save it.',
    ],
  },
  {
    id: 'guest-and-account',
    title: 'Guest and account',
    sentences: [
      'As a guest your work stays in this browser, on this device. Nobody else sees it, and it is gone when the browser’s data are cleared.',
      'Sign in at any time: your work comes along, and is then on each of your devices. The keys of a platform need an account, because no browser keeps them.',
      'A sign-in ends after a while. You can go on working; one click in the top right corner signs you in again.',
    ],
  },
  {
    id: 'two-devices',
    title: 'Sync between devices',
    sentences: [
      'What you do on one device comes to the others within moments, and when they are online again.',
      'Changes of different fields are merged. Where two devices changed the same field, the app shows both and asks which one to keep; until then nothing is lost.',
    ],
  },
  {
    id: 'archiving',
    title: 'Archiving and deleting',
    sentences: [
      'An archived audience is out of the way: it has its own tab on the page of audiences, cannot be sent, and can be brought back at any time.',
      'An active audience that nobody changed or sent for 90 days is archived by itself, unless those who run this service set another time. The page of audiences tells you, with Undo.',
      'Before several are archived, deleted or tagged, the app says what would happen to how many. One that is scheduled, being sent or refreshed by a platform is named first, with a link to what uses it.',
      'What you deleted can be brought back with Undo, or from its page, for 90 days, unless those who run this service set another time.',
    ],
  },
  {
    id: 'going-back',
    title: 'Going back',
    sentences: [
      'Undo takes back what you did last. The history of an audience has its earlier versions; each can be looked at and restored.',
      '“Back to an earlier moment”, in the account menu and the sync panel, takes back everything that you have changed since a moment of the last 24 hours, on any device. It shows first what would change. What others changed since, and what was sent, is left, and the app says why. It needs a connection, and can be stopped.',
      '“Forget the past”, in the history of an audience, removes its earlier versions for good, for example when a secret was typed into one.',
    ],
  },
  {
    id: 'copies-and-tags',
    title: 'Copies and tags',
    sentences: [
      'Duplicate, in the menu of an audience, makes a draft with the same fields, and its details say what it was copied from. A copy of a platform has no keys: enter them for the copy. Both work without a connection.',
      'Several tags in the filter mean audiences that have all of them. Manage tags, below the filter, renames, merges or removes a tag on every audience that has it.',
      DELETED_KEEP_TAGS,
    ],
  },
  {
    id: 'sending',
    title: 'Sending to platforms',
    sentences: [
      'Add a platform, enter its keys, and test the connection. The keys are locked away by the service: nobody can read them again, also not you.',
      'To send means to hand over: your own sender takes the audience, uploads its members, and reports how far it is. This app holds what an audience is and how large, never a list of people.',
      'You can send all segments of an audience or some of them, now or later. A send that is scheduled can be moved to another time, by the clocks of any place, or sent now.',
      'A match rate that the platform has not reported reads “Not reported yet”. That is not the same as 0 %. An estimate always says that it is one.',
    ],
  },
  {
    id: 'exporting',
    title: 'Exporting and importing',
    sentences: [
      'Export one audience, those you have selected, or all of them: as CSV for a spreadsheet, as JSON with every field, or as Parquet for data tools.',
      '“Download my data”, in the account menu and the sync panel, gives you everything on this device as one file.',
      'Import, on the page of audiences, reads CSV, JSON and Parquet, also lists of your own. It shows what would happen before anything changes.',
    ],
  },
  {
    id: 'where-data-lie',
    title: 'Where your data lie',
    sentences: [
      'On this device, in the storage of this browser. With an account also in your organization’s own storage on Google Cloud, which only its service reads and writes.',
      'The keys of platforms are encrypted there, and never come back to a browser.',
      'Signing out can also take everything off this device; the question says what would be lost.',
    ],
  },
  {
    id: 'problems',
    title: 'When something does not work',
    sentences: [
      'Look at the words in the top right corner first, and press them: the panel says what waits, what happened, and has a way on.',
      'A page that looks old or incomplete: reload it. What you did is saved.',
      'You cannot sign in: a blocker of this browser may stop the sign-in. Allow it for this site, or go on as a guest and sign in later.',
      'A platform refuses its test: open Platforms. Below the platform stands its answer, and the steps that help.',
      'Something of yours is gone: look in Archived, clear the filters, and look into the history of the audience.',
    ],
  },
]
