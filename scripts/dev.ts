/** `npm run dev`: like `npm start`, with a dashboard that follows its sources, and API and worker that start again on a change. */
import { runProduct } from './start/product.ts'

await runProduct('dev')
