/**
 * Shows the theme that was chosen on this device from the first frame on. The page waits for this script alone: a module
 * runs after the browser has drawn. So it is a classic script, which imports nothing; base/theme.ts keeps what it reads.
 */
try {
  const theme = localStorage.getItem('am.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme
} catch {
  // A browser that keeps nothing has the colours of the device.
}
