import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

createRoot(document.querySelector('#app')!).render(
  <StrictMode>
    <h1>Activation Manager</h1>
  </StrictMode>,
)
