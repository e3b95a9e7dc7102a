export type { Wrapper } from './wrapper.ts'
