import { defineSeed, fill, gen } from 'gigarow/seed'
import { orders } from '../schema/orders.ts'

export default defineSeed({
  name: 'orders',
  seed: 7,
  tables: [
    fill(orders, {
      rows: 1_000_000,
      columns: { id: gen.sequence(), status: gen.choice({ open: 3, paid: 1 }), paid: gen.boolean() },
    }),
  ],
})
