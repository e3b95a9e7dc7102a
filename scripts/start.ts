/** `npm start`: database, API, worker and dashboard, with the demo data at the first start. */
import { runProduct } from './start/product.ts'

await runProduct('start')
