import type { Crumb } from '../../frame/heading.ts'

/** The way to an audience. */
export const CRUMBS: readonly Crumb[] = [{ words: 'Audiences', to: '/saved-audiences' }]
