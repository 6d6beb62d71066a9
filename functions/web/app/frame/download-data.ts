import { Download, TriangleAlert } from 'lucide-react'

import { isoTime } from '#shared/base/clock.ts'
import { clock } from '../base/ports.ts'
import { saveFile } from '../files/save-file.ts'
import { showToast } from '../parts/toasts.ts'
import { opened } from '../session/session.ts'

/** Everything on this device as a file, which the import reads again. */
export async function downloadData(): Promise<void> {
  try {
    saveDataFile(await opened().client.downloadData())
    showToast({ words: 'Your data are in your downloads', icon: Download })
  } catch {
    showToast({ words: 'Your data could not be read. Reload, then try again.', icon: TriangleAlert })
  }
}

export function saveDataFile(file: object): void {
  const [day = ''] = isoTime(clock.nowMs()).split('T')
  saveFile(`activation-manager-${day}.json`, JSON.stringify(file, null, 2), 'application/json')
}
