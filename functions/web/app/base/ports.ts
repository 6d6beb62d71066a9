import { browserPorts } from '#shared/client/browser/browser-ports.ts'

/** What the app needs of the browser: the client's ports, of which the app also takes its time and chance. */
export const ports = browserPorts()

export const { clock } = ports
