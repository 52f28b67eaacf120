// The instances of DuckDB of this process. The first is opened while this is loaded, beside the parser's compiling.

import { SystemRandom } from '../../../world/random.ts'
import type { Limits } from '../protocol.ts'
import { Instances } from './instances.ts'

// What the parent said when it started this process; the two are of one build.
export const limits = JSON.parse(process.argv[2] ?? '{}') as Limits
export const instances = new Instances(limits, new SystemRandom())
instances.prepare()
