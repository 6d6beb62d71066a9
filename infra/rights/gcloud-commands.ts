import { LIST, READ, type Use } from './use.ts'

/** What a command of the documents takes, and who types it: people on call, or with their rights the operator account. */
type DocumentedCommand = Pick<Use, 'who' | 'permissions' | 'on'>

const ON_CALL = 'on call'
const OPERATOR = 'am-operator'
const KEY = ['key credentials']

/** A script of the delivery bucket, which people on call run without a checkout. */
function script(name: string): DocumentedCommand {
  return { who: ON_CALL, permissions: READ, on: [`delivery/${name}`] }
}

/** By the words with which a command begins, with the values that `callsInDocument` gives to variables. Of two that fit, the longer one. */
const DOCUMENTED_COMMANDS: Readonly<Record<string, DocumentedCommand>> = {
  'auth application-default login': {
    who: ON_CALL,
    permissions: ['iam.serviceAccounts.getAccessToken'],
    on: ['account am-operator'],
  },
  'auth application-default revoke': { who: ON_CALL, permissions: [], on: [] },
  'auth print-identity-token': {
    who: ON_CALL,
    permissions: ['iam.serviceAccounts.getAccessToken', 'iam.serviceAccounts.getOpenIdToken'],
    on: ['account am-operator'],
  },
  'builds list': { who: ON_CALL, permissions: ['cloudbuild.builds.list'], on: ['project'] },
  'bigquery transfers': { who: ON_CALL, permissions: ['bigquery.transfers.update'], on: ['project'] },
  'kms keys versions list': { who: ON_CALL, permissions: ['cloudkms.cryptoKeyVersions.list'], on: KEY },
  'kms keys versions restore': { who: ON_CALL, permissions: ['cloudkms.cryptoKeyVersions.restore'], on: KEY },
  'kms keys versions enable': {
    who: ON_CALL,
    permissions: ['cloudkms.cryptoKeyVersions.get', 'cloudkms.cryptoKeyVersions.update'],
    on: KEY,
  },
  'logging read': {
    who: ON_CALL,
    permissions: ['logging.logEntries.list', 'logging.privateLogEntries.list'],
    on: ['project'],
  },
  'logging write': { who: ON_CALL, permissions: ['logging.logEntries.create'], on: ['project'] },
  'run services describe': { who: ON_CALL, permissions: ['run.services.get'], on: ['service am-maintenance'] },
  'run services list': { who: ON_CALL, permissions: ['run.services.list'], on: ['project'] },
  'run services update': {
    who: ON_CALL,
    permissions: ['run.services.get', 'run.services.update'],
    on: ['service am-audiences'],
  },
  'scheduler jobs list': { who: ON_CALL, permissions: ['cloudscheduler.jobs.list'], on: ['project'] },
  'scheduler jobs pause': { who: ON_CALL, permissions: ['cloudscheduler.jobs.pause'], on: ['project'] },
  'scheduler jobs resume': { who: ON_CALL, permissions: ['cloudscheduler.jobs.enable'], on: ['project'] },
  'scheduler jobs run': { who: ON_CALL, permissions: ['cloudscheduler.jobs.run'], on: ['project'] },
  'secrets versions access': {
    who: OPERATOR,
    permissions: ['secretmanager.versions.access'],
    on: ['secret am-user-hash-salt'],
  },
  'storage cat "gs://some-value-delivery/rollback.sh"': script('rollback.sh'),
  'storage cat "gs://some-value-delivery/writers.sh"': script('writers.sh'),
  'storage cat': { who: OPERATOR, permissions: READ, on: ['data/migrations/'] },
  'storage ls': { who: ON_CALL, permissions: [...LIST, 'storage.buckets.list'], on: ['data'] },
  'storage operations list': { who: ON_CALL, permissions: ['storage.bucketOperations.list'], on: ['data'] },
  'storage restore': {
    who: ON_CALL,
    permissions: ['storage.buckets.restore', 'storage.objects.restore', 'storage.objects.create'],
    on: ['data'],
  },
}

/** @param call `logging read 'severity>=ERROR' …` */
export function documentedCommand(call: string): DocumentedCommand | undefined {
  const fitting = Object.keys(DOCUMENTED_COMMANDS).filter((words) => call === words || call.startsWith(`${words} `))
  return DOCUMENTED_COMMANDS[fitting.toSorted((a, b) => b.length - a.length)[0] ?? '']
}
