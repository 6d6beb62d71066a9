/** "41 min 50 s", "2 h 5 min", "12 s". @param duration_ms not negative */
export function durationOf(duration_ms: number): string {
  const seconds = Math.round(duration_ms / 1000)
  if (seconds < 60) return `${seconds}\u00A0s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return withRest(`${minutes}\u00A0min`, seconds % 60, 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return withRest(`${hours}\u00A0h`, minutes % 60, 'min')
  return withRest(`${Math.floor(hours / 24)}\u00A0d`, hours % 24, 'h')
}

function withRest(whole: string, rest: number, unit: string): string {
  return rest === 0 ? whole : `${whole} ${rest}\u00A0${unit}`
}
