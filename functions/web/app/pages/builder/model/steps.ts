/** The steps of the builder, in their order. Each has an address of its own. */
export const STEPS = [
  { id: 'describe', words: 'Describe', title: 'Who do you want to reach?', lead: '' },
  {
    id: 'data-type',
    words: 'Data type',
    title: 'Where do the records come from?',
    lead: 'It decides which variables make sense, and how the audience may be used.',
  },
  {
    id: 'variables',
    words: 'Variables',
    title: 'Choose the variables',
    lead: 'What tells the people you mean from all others.',
  },
  {
    id: 'segments',
    words: 'Segments',
    title: 'Check the segments',
    lead: 'Keep the ones you want, correct a name or a size, then confirm.',
  },
  {
    id: 'naming',
    words: 'Campaign and tags',
    title: 'Name it, and say what it is for',
    lead: 'Only the name is needed. The rest finds it again.',
  },
] as const

export type Step = (typeof STEPS)[number]
export type StepId = Step['id']

export function stepOf(id: string | undefined): Step {
  return STEPS.find((step) => step.id === id) ?? STEPS[0]
}

export function stepBefore({ id }: Step): Step | undefined {
  return STEPS[STEPS.findIndex((step) => step.id === id) - 1]
}

export function stepAfter({ id }: Step): Step | undefined {
  return STEPS[STEPS.findIndex((step) => step.id === id) + 1]
}
