import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runCommand } from '#infra/command/run.ts'
import { gcloudCommands } from '../../deliver/rollout/commands.ts'
import type { GcloudCommand } from '../../deliver/rollout/gcloud.ts'
import { PROJECT_ROOT } from '../../project-root.ts'
import { CHECK_DEPLOY_COMMAND } from './command.ts'
import { callsInDocument, callsInScript, callsInSource } from './script-calls.ts'

const SCRIPTS = ['rollback', 'writers', 'pin-base-image'].map((name) => `infra/deliver/scripts/${name}.sh`)
/** Their commands are typed by people, some of them at night. */
const DOCUMENTS = ['infra/**/*.md', 'terraform/README.md', 'README.md', 'CONTRIBUTING.md']
/** What doctor calls, and tells its reader to type. */
const SOURCES = 'infra/doctor/**/*.ts'
const ENVIRONMENT = { env: 'dev', project: 'my-project', region: 'europe-west1' }

/** Loads cloudbuild.yaml as `gcloud builds submit` does before it sends anything. */
const PARSE_BUILD = `
import sys
sys.path[:0] = [sys.argv[1] + '/lib', sys.argv[1] + '/lib/third_party']
from googlecloudsdk.api_lib.cloudbuild import cloudbuild_util, config
build = config.LoadCloudbuildConfigFromPath(sys.argv[2], cloudbuild_util.GetMessagesModule(), {})
print(len(build.steps))
`

/** An empty folder for gcloud's settings and logs, so that those of the user have no effect. */
let work_dir = ''
let has_failed = false

function run(program: string, ...args: string[]) {
  const env = { ...process.env, CLOUDSDK_CONFIG: work_dir, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' }
  const result = spawnSync(program, args, { cwd: PROJECT_ROOT, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return {
    ...result,
    is_missing: result.error !== undefined && 'code' in result.error && result.error.code === 'ENOENT',
  }
}

/** @param faults one text for each */
function report(title: string, faults: readonly string[]): void {
  if (faults.length === 0) return console.log(`ok: ${title}`)
  has_failed = true
  for (const fault of faults) console.error(fault.trim())
  console.error(`FAILED: ${title}`)
}

function skip(title: string, reason: string): void {
  console.error(`SKIPPED: ${title}: ${reason}`)
}

function lintCommands(): string[] {
  const rollout = gcloudCommands(ENVIRONMENT)
  const of_rollout = Object.values({
    describeService: rollout.describeService('am-audiences'),
    deployWithoutTraffic: rollout.deployWithoutTraffic('am-audiences', 'image@sha256:0'),
    tagCandidate: rollout.tagCandidate('am-audiences', 'am-audiences-00002', 'am-audiences-00001'),
    untagCandidate: rollout.untagCandidate('am-audiences'),
    shiftTraffic: rollout.shiftTraffic('am-audiences', { 'am-audiences-00002': 10, 'am-audiences-00001': 90 }),
    restoreTraffic: rollout.restoreTraffic('am-audiences', 'am-audiences-00001'),
    listImages: rollout.listImages('repository/image'),
    accessToken: rollout.accessToken(),
    describeObject: rollout.describeObject('bucket', 'name'),
    uploadAssets: rollout.uploadAssets('dist/web/app/assets'),
    listAssets: rollout.listAssets(),
    dateAssets: rollout.dateAssets(['assets/index-1a2b.js'], '2026-01-01T00:00:00.000Z'),
    runScheduledJob: rollout.runScheduledJob(),
    readScheduledCalls: rollout.readScheduledCalls('am-maintenance-00002', '2026-01-01T00:00:00.000Z'),
    describeLock: rollout.describeLock(),
    readLock: rollout.readLock('1'),
    writeLock: rollout.writeLock('1', '{}'),
    removeLock: rollout.removeLock('1'),
  } satisfies Record<keyof typeof rollout, GcloudCommand>).map(({ args }) =>
    forLinter(`gcloud ${args.map(quoted).join(' ')}`),
  )
  const of_scripts = SCRIPTS.flatMap((path) => callsInScript(readFileSync(join(PROJECT_ROOT, path), 'utf8')))
  const of_documents = DOCUMENTS.flatMap((pattern) => globSync(pattern, { cwd: PROJECT_ROOT }))
    .flatMap((path) => callsInDocument(readFileSync(join(PROJECT_ROOT, path), 'utf8')))
    .map(forLinter)
  const of_doctor = globSync(SOURCES, { cwd: PROJECT_ROOT }).flatMap((path) =>
    callsInSource(readFileSync(join(PROJECT_ROOT, path), 'utf8')),
  )
  const commands = [...new Set([...of_rollout, ...of_scripts, ...of_documents, ...of_doctor])]
  const list = join(work_dir, 'commands.json')
  writeFileSync(list, JSON.stringify(commands.map((command_string) => ({ command_string }))))
  const { stdout, stderr } = run('gcloud', 'meta', 'lint-gcloud-commands', `--commands-file=${list}`)
  let linted: { command_string: string; success: boolean; error_message?: string | null }[]
  try {
    linted = JSON.parse(stdout) as typeof linted
  } catch {
    return [`gcloud's linter did not answer in JSON: ${stdout.slice(0, 1000)}${stderr}`]
  }
  console.log(
    `   ${linted.length} commands, ${of_scripts.length} of them in scripts, ${of_documents.length} in documents, ${of_doctor.length} in doctor`,
  )
  if (linted.length < commands.length || of_scripts.length * of_documents.length * of_doctor.length === 0)
    return ['the linter did not check every command']
  return linted
    .filter(({ success }) => !success)
    .map(({ command_string, error_message }) => `${command_string}\n  ${error_message ?? 'the command is not valid'}`)
}

function quoted(argument: string): string {
  return argument.includes(' ') ? `'${argument}'` : argument
}

/** The linter reads the # before a generation as the start of a comment. */
function forLinter(command: string): string {
  return command.replace('#', '-')
}

function parseBuild(): string[] {
  const info = run('gcloud', 'info', '--format=value(installation.sdk_root,basic.python_location)')
  const [root = '', python = ''] = info.stdout.trim().split('\t')
  const { status, stdout, stderr } = run(python, '-c', PARSE_BUILD, root, 'cloudbuild.yaml')
  return status === 0 && Number(stdout) > 0 ? [] : [stderr.trim().split('\n').at(-1) ?? '']
}

const TITLES = { lint: 'gcloud accepts every command', parse: 'gcloud reads cloudbuild.yaml', shell: 'shellcheck' }
await runCommand(CHECK_DEPLOY_COMMAND, () => {
  work_dir = mkdtempSync(join(tmpdir(), 'check-deploy-'))
  try {
    if (run('gcloud', 'version').is_missing) {
      for (const title of [TITLES.lint, TITLES.parse]) skip(title, 'gcloud is not installed')
    } else {
      report(TITLES.lint, lintCommands())
      report(TITLES.parse, parseBuild())
    }
    const shellcheck = run('shellcheck', ...SCRIPTS)
    if (shellcheck.is_missing) skip(TITLES.shell, 'shellcheck is not installed (Debian: apt-get install shellcheck)')
    else report(TITLES.shell, shellcheck.status === 0 ? [] : [shellcheck.stdout + shellcheck.stderr])
  } finally {
    rmSync(work_dir, { recursive: true, force: true })
  }
  return has_failed ? 1 : 0
})
