/**
 * Many runs of the simulation, or one again:
 *
 *     node test/simulation/run.ts --seeds 200 [--first 1] [--steps 60]
 *     BIWA_SEED=4711 node test/simulation/run.ts
 */
import { parseArgs } from 'node:util'
import { described, simulate } from './simulation.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, first: { type: 'string' }, steps: { type: 'string', default: '60' } },
})
const one = process.env.BIWA_SEED
const first = Number(one ?? values.first ?? 1)
const count = one === undefined ? Number(values.seeds ?? 20) : 1
const steps = Number(values.steps)
let failures = 0
for (let seed = first; seed < first + count; seed++) {
  try {
    const outcome = await simulate(seed, { steps })
    console.log(described(outcome))
    if (one !== undefined) console.log(outcome.trace.join('\n'))
  } catch (error) {
    failures++
    console.error((error as Error).message, (error as Error).cause)
  }
}
console.log(`${count - failures} of ${count} runs held`)
process.exitCode = failures > 0 ? 1 : 0
