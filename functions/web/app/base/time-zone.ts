/** The time zone of this device, as `Europe/Berlin`. */
export function timeZoneHere(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}
