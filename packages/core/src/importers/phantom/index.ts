export { openPhantomFigures, type PhantomFigureOptions } from './figures.ts'
export { phantoms } from './registry.ts'
export { openPhantomTask, type PhantomTaskOptions } from './tasks.ts'
