/** Hands a file to the browser's downloads. @param name with its ending */
export function saveFile(name: string, content: BlobPart, media_type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: media_type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
