import { OperatorError } from '#infra/command/operator-error.ts'
import { deliveryAccountOf, type Environment } from './names.ts'

interface PreflightTools {
  readonly environment: Environment
  readonly accessToken: () => Promise<string>
  readonly identityToken: () => Promise<string>
  /** What this machine lacks to build and push an image; none when an image is given. */
  readonly missingTools: () => readonly string[]
}

/**
 * Checks what a delivery needs before it builds or changes anything.
 * @throws OperatorError which names all that is missing, each with what to do
 */
export async function checkBeforehand(tools: PreflightTools): Promise<void> {
  const missing = [...tools.missingTools(), ...(await missingRights(tools))]
  if (missing.length > 0) throw new OperatorError(['Nothing was changed:', ...missing].join('\n- '))
}

async function missingRights({ environment, accessToken, identityToken }: PreflightTools): Promise<string[]> {
  try {
    await accessToken()
  } catch (error) {
    return [isNotInstalled(error) ? 'gcloud is not installed' : `sign in with: gcloud auth login (${messageOf(error)})`]
  }
  try {
    await identityToken()
    return []
  } catch (error) {
    return [
      `this account may not request identity tokens of the smoke user, as ${deliveryAccountOf(environment)} may. ` +
        'Deliver with gcloud builds submit (infra/deliver/README.md), or act as that account: ' +
        `export CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT=${deliveryAccountOf(environment)} (Terraform's deployers may; ` +
        `${messageOf(error)})`,
    ]
  }
}

function isNotInstalled(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
