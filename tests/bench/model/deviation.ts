/** How far the simulation may be from what the model says. */
export const WITHIN = 0.25

/** Share of the prediction by which the simulation is off, up or down. */
export function deviation(simulated: number, predicted: number): number {
  return Math.abs(simulated / predicted - 1)
}
