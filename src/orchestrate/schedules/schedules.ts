/** What runs when: EventBridge Scheduler's schedules, EventBridge's rules, Glue's triggers and crawlers over one agenda. */
import type { Ledger } from '../../durable/ledger.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import { Agenda, type Invoke } from './agenda.ts'
import { CrawlerSchedules } from './crawler-schedules.ts'
import { Rules } from './rules.ts'
import { Scheduler } from './scheduler.ts'
import { Triggers, type TriggerTags } from './triggers.ts'

export class Schedules {
  readonly scheduler: Scheduler
  readonly rules: Rules
  readonly triggers: Triggers
  readonly crawlers: CrawlerSchedules
  readonly #agenda: Agenda

  constructor(parts: {
    readonly ledger: Ledger
    readonly clock: Clock
    readonly background: Background
    readonly random: Random
    readonly log: Log
    /** Runs a declared operation in the process, as the role. Its input is as AWS's JSON has it: blobs in base64. */
    readonly invoke: Invoke
    /** Whether the lake declares an operation. */
    readonly supports: (service: string, operation: string) => boolean
    readonly glueTags: TriggerTags
  }) {
    this.#agenda = new Agenda(parts)
    this.scheduler = new Scheduler({ ...parts, agenda: this.#agenda })
    this.rules = new Rules({ ...parts, agenda: this.#agenda })
    this.triggers = new Triggers({ ...parts, agenda: this.#agenda, tags: parts.glueTags })
    this.crawlers = new CrawlerSchedules({ ...parts, agenda: this.#agenda })
  }

  async start(): Promise<void> {
    this.#agenda.start()
  }

  close(): void {
    this.#agenda.close()
  }
}
