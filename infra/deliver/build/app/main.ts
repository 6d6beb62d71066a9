import { APP_DIR, isAppBuilt } from '#infra/app-sources.ts'
import { runCommand } from '#infra/command/run.ts'
import { BUILD_APP_COMMAND } from './command.ts'

await runCommand(BUILD_APP_COMMAND, async () => {
  if (isAppBuilt(APP_DIR)) return
  // Vite takes a while to load.
  const { buildApp } = await import('./build-app.ts')
  await buildApp(APP_DIR)
})
