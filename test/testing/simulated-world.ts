/**
 * A store on a simulated disk with a clock that only moves when told to: what a part's own tests stand on. `reopen` is a
 * clean restart, `crash` a power cut and the start after it; both leave the clock where it was.
 */
import { Store } from '../../src/durable/store.ts'
import { Background } from '../../src/world/background.ts'
import { ConsoleLog, type Log } from '../../src/world/log.ts'
import { SimulatedClock } from '../../src/world/simulated/clock.ts'
import { SimulatedDisk } from '../../src/world/simulated/disk.ts'
import { SeededRandom } from '../../src/world/simulated/random.ts'

export interface SimulatedWorld {
  readonly disk: SimulatedDisk
  readonly log: Log
  random: SeededRandom
  background: Background
  clock: SimulatedClock
  store: Store
  reopen(): Promise<void>
  crash(): Promise<void>
}

export const simulatedStart = Date.UTC(2025, 9, 15, 3, 30)

export async function simulatedWorld({
  seed = 1,
  log = new ConsoleLog(),
  ...logs
}: {
  readonly seed?: number
  readonly log?: Log
  /** Of the logs' segment files. */
  readonly segmentBytes?: number
} = {}): Promise<SimulatedWorld> {
  const disk = new SimulatedDisk({ seed })
  const build = async (startAt: number, lives: number) => {
    const background = new Background(log)
    const clock = new SimulatedClock({ startAt, background })
    const random = new SeededRandom(seed + lives * 1_000_003)
    const store = await Store.open({ disk, random, clock, directory: '/lake', log, ...logs })
    return { background, clock, random, store }
  }
  let lives = 0
  const world: SimulatedWorld = {
    disk,
    log,
    ...(await build(simulatedStart, lives)),
    async reopen() {
      await world.background.close()
      await world.store.close()
      Object.assign(world, await build(world.clock.now(), ++lives))
    },
    async crash() {
      disk.crash()
      Object.assign(world, await build(world.clock.now(), ++lives))
    },
  }
  return world
}
