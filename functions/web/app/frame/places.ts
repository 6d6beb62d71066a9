import { LayoutDashboard, Route, Send, UsersRound } from 'lucide-react'

/** The places that the side bar and the bottom bar lead to. */
export const PLACES = [
  { to: '/', words: 'Overview', icon: LayoutDashboard, keys: 'g o' },
  { to: '/saved-audiences', words: 'Audiences', icon: UsersRound, keys: 'g a' },
  { to: '/platforms', words: 'Platforms', icon: Route, keys: 'g p' },
  { to: '/distributions', words: 'Distributions', icon: Send, keys: 'g d' },
] as const
export type PlaceAddress = (typeof PLACES)[number]['to']

/** Where records and forms belong, so that their place stays marked. */
const BELONGS: Readonly<Record<string, PlaceAddress>> = {
  audience: '/saved-audiences',
  'new-audience': '/saved-audiences',
}

export function placeOf(pathname: string): string {
  const [, first = ''] = pathname.split('/')
  return BELONGS[first] ?? `/${first}`
}
