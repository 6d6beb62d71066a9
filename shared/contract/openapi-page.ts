/** The parts of an OpenAPI 3.1 document that the page shows. */
export interface ShownContract {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly tags?: readonly { readonly name: string; readonly description?: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, ShownOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, unknown>>
    readonly responses: Readonly<Record<string, ShownResponse>>
  }
}

interface ShownOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly security: readonly object[]
  readonly 'x-access'?: string
  readonly parameters: readonly ShownParameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, ShownContent>> }
  readonly responses: Readonly<Record<string, ShownResponse | { readonly $ref: string }>>
}

interface ShownParameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: unknown
}

interface ShownResponse {
  readonly description: string
  readonly content?: Readonly<Record<string, ShownContent>>
}

interface ShownContent {
  readonly schema?: unknown
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>
}

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:62rem;margin:0 auto;padding:1.5rem}
code,pre{font:.875rem/1.45 ui-monospace,monospace}
pre{overflow:auto;max-height:30rem;padding:.75rem;border:1px solid #8884;border-radius:.4rem}
details{margin:.4rem 0;border:1px solid #8884;border-radius:.4rem;padding:.4rem .75rem}
details details{border:0;padding:0}
summary{cursor:pointer}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid #8884}
.method{display:inline-block;min-width:4.5rem;font-weight:700}
`

/**
 * The contract as one HTML page that needs no script and loads nothing.
 * @returns the page, and the text of its one style element, whose hash a Content-Security-Policy can name
 */
export function openApiPage(contract: ShownContract): { html: string; style: string } {
  const { title, version, description = '' } = contract.info
  const tags = contract.tags ?? []
  const links = tags.map(({ name }) => `<a href="#${escaped(name)}">${escaped(name)}</a>`).join(' · ')
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="/favicon.ico">
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>Version ${escaped(version)} · <a href="/openapi.json">openapi.json</a></p>
${prose(description)}
<nav>${links} · <a href="#schemas">schemas</a></nav>
${tags.map((tag) => section(contract, tag)).join('\n')}
<h2 id="schemas">Schemas</h2>
${Object.entries(contract.components.schemas).map(namedSchema).join('\n')}
</body>
</html>
`
  return { html, style: STYLE }
}

function section(contract: ShownContract, { name, description = '' }: { name: string; description?: string }): string {
  const operations = Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation.tags.includes(name) ? shownOperation(contract, path, method, operation) : [],
    ),
  )
  return `<h2 id="${escaped(name)}">${escaped(name)}</h2>\n${prose(description)}\n${operations.join('\n')}`
}

function shownOperation(contract: ShownContract, path: string, method: string, operation: ShownOperation): string {
  const { operationId, summary, description = '', security, requestBody, parameters } = operation
  const access = accessText(security, operation['x-access'])
  return `<details id="${escaped(operationId)}"><summary><span class="method">${escaped(method.toUpperCase())}</span>
<code>${escaped(path)}</code> ${escaped(summary)}</summary>
${prose(description)}<p>${escaped(access)} <code>${escaped(operationId)}</code></p>
${parameterTable(parameters)}
${requestBody === undefined ? '' : `<h4>Body</h4>${shownContents(requestBody.content)}`}
<h4>Answers</h4>
${Object.entries(operation.responses)
  .map(([status, response]) => shownResponse(contract, status, response))
  .join('\n')}
</details>`
}

function accessText(security: readonly object[], access = 'a user'): string {
  if (security.length === 0) return 'Needs no token.'
  // An empty requirement: a request without any of the others is accepted, too.
  const is_optional = security.some((requirement) => Object.keys(requirement).length === 0)
  return is_optional ? `Takes a token of ${access}, or none.` : `Needs a token of ${access}.`
}

function parameterTable(parameters: readonly ShownParameter[]): string {
  if (parameters.length === 0) return ''
  const rows = parameters.map(({ name, in: place, required, description = '', schema }) => {
    const where = `${place}${required === true ? ', required' : ''}`
    return `<tr><td><code>${escaped(name)}</code></td><td>${where}</td><td>${marked(description)} <code>${escaped(
      JSON.stringify(schema),
    )}</code></td></tr>`
  })
  return `<table><tr><th>Parameter</th><th>in</th><th></th></tr>${rows.join('')}</table>`
}

function shownResponse(
  { components }: ShownContract,
  status: string,
  response: ShownResponse | { readonly $ref: string },
): string {
  const found = '$ref' in response ? components.responses[response.$ref.split('/').at(-1)!] : response
  if (found === undefined) return ''
  const contents = '$ref' in response || found.content === undefined ? '' : shownContents(found.content)
  const line = `<b>${escaped(status)}</b> ${marked(found.description)}`
  return contents === '' ? `<p>${line}</p>` : `<details><summary>${line}</summary>${contents}</details>`
}

function shownContents(contents: Readonly<Record<string, ShownContent>>): string {
  return Object.entries(contents)
    .map(([type, { schema, examples = {} }]) => {
      const shown = Object.values(examples).map(({ summary = 'Example', value }) => block(summary, value))
      const schema_block = schema === undefined ? '' : block('Schema', schema)
      return `<p><code>${escaped(type)}</code></p>${shown.join('')}${schema_block}`
    })
    .join('')
}

const namedSchema = ([name, schema]: [string, unknown]): string =>
  `<details id="schema-${escaped(name)}"><summary><code>${escaped(name)}</code></summary>${json(schema)}</details>`

const block = (title: string, value: unknown): string =>
  `<details><summary>${escaped(title)}</summary>${json(value)}</details>`

/** Text stands as it is; a reference leads to the schema that it names. */
function json(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  const linked = escaped(text).replace(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">$&</a>')
  return `<pre>${linked}</pre>`
}

const prose = (text: string): string =>
  text
    .split(/\n{2,}/)
    .filter(Boolean)
    .map((paragraph) => `<p>${marked(paragraph)}</p>`)
    .join('\n')

/** Of Markdown only code in backquotes. */
const marked = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
