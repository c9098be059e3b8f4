import { createRoot } from 'react-dom/client'
import './words'
import './global.css'
import { App } from './app'

createRoot(document.getElementById('root')!).render(<App />)
