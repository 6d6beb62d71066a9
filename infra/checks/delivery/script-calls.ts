/** A call of gcloud in our scripts: the program itself, or the function of rollback.sh that runs it. */
const CALL = /(?:^|[\s({|&])(?:gcloud|lines_of) +([a-z].*)$/
/** The arguments that our scripts keep in arrays. */
const ARRAYS: Readonly<Record<string, string>> = {
  of_project: '--project=x --quiet',
  of_region: '--region=x --project=x --quiet',
  of_location: '--location=x --project=x --quiet',
}

/**
 * Every call of gcloud in a shell script, with a value in place of each variable, so that gcloud's linter can check it.
 * It understands only the shell syntax that these scripts use; the check fails when it finds no call.
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
  return (
    call
      .replaceAll(/"\$\{(\w+)\[@\]\}"/g, (_all, name: string) => ARRAYS[name] ?? 'x')
      // Long enough to be the id of a project.
      .replaceAll(/\$\{\w+[^}]*\}|\$\w+|\$\d/g, 'some-value')
  )
}

/** The call without the pipe, redirection or bracket after it; inside quotes these are ordinary characters. */
function withoutTheRest(call: string): string {
  let quote = ''
  for (let at = 0; at < call.length; at++) {
    const character = call.charAt(at)
    if (character === '\\' && quote !== "'") at++
    else if (quote !== '') quote = character === quote ? '' : quote
    else if (character === "'" || character === '"') quote = character
    else if (/[|;&)<>]/.test(character)) return call.slice(0, at).replace(/ \d$/, '')
  }
  return call
}

/** Every call of gcloud in the shell blocks of a Markdown document. */
export function callsInDocument(document: string): string[] {
  const blocks = [...document.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, commands = '']) => commands)
  return blocks.flatMap((block) => callsInScript(block.replaceAll(/ +# .*$/gm, '')))
}

/**
 * Every call of gcloud in a TypeScript source: a text that begins with the program, up to a comma, or
 * the program with its list of arguments.
 */
export function callsInSource(source: string): string[] {
  const advised = Array.from(source.matchAll(/['`](gcloud [a-z][^'`,]*)/g), ([, call = '']) => call)
  const typed = Array.from(source.matchAll(/'gcloud', \[([^\]]*)\]/g), ([, list = '']) =>
    ['gcloud', ...Array.from(list.matchAll(/'([^']*)'/g), ([, argument = '']) => argument)].join(' '),
  )
  return [...advised, ...typed].map((call) => withValues(call).trim())
}
