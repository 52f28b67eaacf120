// A process of its own for the tests: opens functions in the directory it is told, accepts an event for one
// that has no room, starts one that never ends, and says its process id. Somebody else ends it.
import { Bench } from './functions.ts'

const bench = await Bench.in(process.argv[2] ?? '')
const id = await bench.create(
  'endless',
  {
    'index.js': 'exports.handler = async event => { if (event === "who") return process.pid; for (;;); }',
  },
  { timeoutSeconds: 900 },
)
const later = await bench.create('later', { 'index.js': 'exports.handler = async () => 1' })
await bench.functions.reserve(later, 0)
await bench.functions.enqueue(later, Buffer.from('{}'), { requestId: 'accepted' })
const { payload } = await bench.invoke(id, 'who')
const running = bench.invoke(id, 'spin')
console.log(Buffer.from(payload).toString())
await running
