import { CircleHelp, Megaphone } from 'lucide-react'

/** The pages about the app itself: at the foot of the side bar, in the menu of phones, in the palette. */
export const FOOT_PLACES = [
  { to: '/what-is-new', words: 'What is new', icon: Megaphone },
  { to: '/help', words: 'Help', icon: CircleHelp },
] as const
export type FootAddress = (typeof FOOT_PLACES)[number]['to']
