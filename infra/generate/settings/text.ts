import { audiencesSettings } from '#functions/audiences/index.ts'
import { maintenanceSettings } from '#functions/maintenance/index.ts'
import { platformsSettings } from '#functions/platforms/index.ts'
import { serverSettings } from '#shared/settings/edge-settings.ts'
import { settingsExample, settingsMarkdown } from '#shared/settings/settings.ts'

const ALL_SETTINGS = { ...audiencesSettings, ...platformsSettings, ...maintenanceSettings, ...serverSettings }

const SECTION = /(<!-- settings -->\n)[^]*?(<!-- \/settings -->)/

/** The text of `.env.example`, generated from the schemas of the settings. */
export function envExample(): string {
  return `# Settings of the functions. Made by: node infra/generate/settings/main.ts\n\n${settingsExample(ALL_SETTINGS)}`
}

/** The page with its table of settings replaced by the one that the schemas define. */
export function withSettingsTable(page: string): string {
  if (!SECTION.test(page)) throw new Error('the page has no <!-- settings --> section for the table of settings')
  return page.replace(SECTION, (_, before: string, after: string) => {
    return `${before}${settingsMarkdown(ALL_SETTINGS)}${after}`
  })
}
