/** The steps of the builder, in their order. Each has an address of its own. */
export const STEPS = [
  { id: 'describe', words: 'Describe', title: 'Who do you want to reach?' },
  { id: 'data-type', words: 'Data type', title: 'Where do the records come from?' },
  { id: 'variables', words: 'Variables', title: 'Choose the variables' },
  { id: 'segments', words: 'Segments', title: 'Check the segments' },
  { id: 'naming', words: 'Campaign and tags', title: 'Name it, and say what it is for' },
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
