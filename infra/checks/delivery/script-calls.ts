/** What stands for a call of gcloud in our scripts: the program, and the function of rollback.sh that checks it. */
const CALL = /(?:^|[\s({|&])(?:gcloud|lines_of) +([a-z].*)$/
/** The arguments that rollback.sh keeps in arrays. */
const ARRAYS: Readonly<Record<string, string>> = {
  of_project: '--project=x --quiet',
  of_region: '--region=x --project=x --quiet',
}

/**
 * Every call of gcloud in a shell script, with something in the place of each variable: what gcloud's linter can judge.
 * It knows as much of the shell as these scripts use; check.ts fails when it finds none.
 */
export function callsInScript(script: string): string[] {
  const lines = script.replaceAll('\\\n', ' ').split('\n')
  return lines
    .filter((line) => !/^\s*#|command -v/.test(line))
    .flatMap((line) => {
      const call = CALL.exec(line)?.[1]
      return call === undefined ? [] : [`gcloud ${withoutTheRest(withValues(call)).replaceAll(/ +/g, ' ').trim()}`]
    })
}

function withValues(call: string): string {
  return call
    .replaceAll(/"\$\{(\w+)\[@\]\}"/g, (_all, name: string) => ARRAYS[name] ?? 'x')
    .replaceAll(/\$\{\w+[^}]*\}|\$\w+|\$\d/g, 'x')
}

/** Up to the pipe, the redirection or the bracket after it; inside quotes these are nothing special. */
function withoutTheRest(call: string): string {
  let quote = ''
  for (let at = 0; at < call.length; at++) {
    const character = call.charAt(at)
    if (quote !== '') quote = character === quote ? '' : quote
    else if (character === "'" || character === '"') quote = character
    else if (/[|;&)<>]/.test(character)) return call.slice(0, at).replace(/ \d$/, '')
  }
  return call
}
