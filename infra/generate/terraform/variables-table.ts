const SECTION = /(<!-- variables -->\n)[^]*?(<!-- \/variables -->)/
const VARIABLE = /^variable "(\w+)" \{\n {2}description = "((?:[^"\\]|\\.)*)"\n([^]*?)^\}/gm

/**
 * Terraform's README with its table of variables replaced by the one that the code defines.
 * @param code text of variables.tf, formatted
 */
export function withVariablesTable(readme: string, code: string): string {
  if (!SECTION.test(readme))
    throw new Error('terraform/README.md has no <!-- variables --> section for the table of variables')
  const rows = [...code.matchAll(VARIABLE)].map(([, name, description, rest]) => {
    const value = /^ {2}default += (.*)$/m.exec(rest!)?.[1]
    return `| \`${name}\` | ${value === undefined ? 'required' : `\`${value}\``} | ${description!.replaceAll('|', '\\|')} |`
  })
  const table = ['| variable | default | description |', '|---|---|---|', ...rows, ''].join('\n')
  return readme.replace(SECTION, (_, before: string, after: string) => `${before}${table}${after}`)
}
