import { audiencesSettings } from '#functions/audiences/index.ts'
import { maintenanceSettings } from '#functions/maintenance/index.ts'
import { platformsSettings } from '#functions/platforms/index.ts'
import { serverSettings } from '#shared/settings/edge-settings.ts'
import { settingsExample, settingsMarkdown } from '#shared/settings/settings.ts'

const ALL_SETTINGS = { ...audiencesSettings, ...platformsSettings, ...maintenanceSettings, ...serverSettings }

const SECTION = /(<!-- settings -->\n)[^]*?(<!-- \/settings -->)/

/** `.env.example`, made of the settings' schemas. */
export function envExample(): string {
  return `# Settings of the functions. Made by: node infra/generate/settings/main.ts\n\n${settingsExample(ALL_SETTINGS)}`
}

/** The README with its table of settings as the schemas have it. */
export function withSettingsTable(readme: string): string {
  if (!SECTION.test(readme)) throw new Error('the README has no place for the table of settings')
  return readme.replace(SECTION, (_, before: string, after: string) => {
    return `${before}${settingsMarkdown(ALL_SETTINGS)}${after}`
  })
}
