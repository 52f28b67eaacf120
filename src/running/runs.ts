/** A running lake's jobs and crawlers: started, waited for, and told of by what they did. */
import type { Crawler } from '../define/parts/crawler.ts'
import type { Job } from '../define/parts/job.ts'
import type { Lake } from '../in-process/lake.ts'
import type { RunNumbers } from '../transform/jobs/job.ts'
import { LakeMistake } from '../world/mistake.ts'

/** What one run did, measured; recordsIn = recordsOut + deadLetters, always. */
export interface RunFigures extends Omit<RunNumbers, 'engineMilliseconds'> {
  readonly runId: string
  /** The same figures in sentences. */
  readonly detail: string
}

/** A run that ended, or that is under way; its figures are there when it has SUCCEEDED. */
export interface PastRun extends Partial<Omit<RunFigures, 'runId' | 'detail'>> {
  readonly runId: string
  /** Glue's: SUCCEEDED, FAILED, TIMEOUT, … */
  readonly state: string
  /** What it did in sentences, or what went wrong. */
  readonly detail: string
}

export class RunningJob {
  readonly #lake: Lake
  readonly #job: Pick<Job, 'name'>

  constructor(lake: Lake, job: Pick<Job, 'name'>) {
    this.#lake = lake
    this.#job = job
  }

  /** Starts a run and resolves when it has ended, without moving time. Rejects with what went wrong; then nothing was changed. */
  async run(): Promise<RunFigures> {
    const { name: JobName } = this.#job
    const { glue } = this.#lake.aws
    const { JobRunId = '' } = await glue.StartJobRun({ JobName })
    await this.#lake.clock.settle()
    const { JobRun } = await glue.GetJobRun({ JobName, RunId: JobRunId })
    if (JobRun?.JobRunState !== 'SUCCEEDED')
      throw new LakeMistake(`The run ${JobRunId} of the job ${JobName} ${JobRun?.JobRunState}: ${JobRun?.ErrorMessage}`)
    return this.#figures(JobRunId)
  }

  /** Every run so far, the latest first, those that a schedule started too. */
  async runs(): Promise<readonly PastRun[]> {
    const { glue } = this.#lake.aws
    const { jobs } = await this.#lake.parts()
    const found: PastRun[] = []
    let more: { NextToken?: string } | undefined = {}
    while (more) {
      const { JobRuns = [], NextToken } = await glue.GetJobRuns({ JobName: this.#job.name, ...more })
      for (const { Id: runId = '', JobRunState: state = '', StateDetail, ErrorMessage } of JobRuns) {
        const { numbers } = jobs.run(this.#lake, this.#job.name, runId)
        found.push({ runId, state, detail: ErrorMessage ?? StateDetail ?? '', ...(numbers && figuresOf(numbers)) })
      }
      more = NextToken === undefined ? undefined : { NextToken }
    }
    return found
  }

  async #figures(runId: string): Promise<RunFigures> {
    const { jobs } = await this.#lake.parts()
    const { numbers, stateDetail = '' } = jobs.run(this.#lake, this.#job.name, runId)
    if (!numbers) throw new LakeMistake(`The run ${runId} of the job ${this.#job.name} left no figures.`)
    return { runId, detail: stateDetail, ...figuresOf(numbers) }
  }
}

const figuresOf = ({ engineMilliseconds: _, ...figures }: RunNumbers) => figures

export class RunningCrawler {
  readonly #lake: Lake
  readonly #crawler: Pick<Crawler, 'name'>

  constructor(lake: Lake, crawler: Pick<Crawler, 'name'>) {
    this.#lake = lake
    this.#crawler = crawler
  }

  /** Starts a crawl and resolves when it has ended, without moving time. Rejects with what went wrong. */
  async run(): Promise<void> {
    const { name: Name } = this.#crawler
    const { glue } = this.#lake.aws
    await glue.StartCrawler({ Name })
    await this.#lake.clock.settle()
    const { Crawler: found } = await glue.GetCrawler({ Name })
    const last = found?.LastCrawl
    if (last?.Status !== 'SUCCEEDED')
      throw new LakeMistake(
        `The crawl of ${Name} ended as ${last?.Status}: ${last?.ErrorMessage ?? 'no reason was given'}`,
      )
  }
}
