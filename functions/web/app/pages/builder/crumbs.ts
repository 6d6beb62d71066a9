import type { Crumb } from '../../frame/heading.ts'

export const CRUMBS: readonly Crumb[] = [{ words: 'Audiences', to: '/saved-audiences' }]
