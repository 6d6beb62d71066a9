import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import { App } from './App.tsx'
import { keepApp, reloadForFiles } from './keep-app.ts'
import { noteErrors } from './note-errors.ts'
import { preloadPage } from './router.tsx'
import { openSession } from './session/session.ts'

noteErrors()
createRoot(document.querySelector('#app')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
reloadForFiles()
void openSession().then(keepApp)
preloadPage()
